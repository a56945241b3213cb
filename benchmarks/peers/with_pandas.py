"""pandas: ``read_csv`` or ``read_xml``, a pickle of the items, and a merge that tells what is new, gone and different."""

import json
import sys
from pathlib import Path

import pandas as pd

_, operation, form, feed, before, state = sys.argv
NAMES = """
    id item_group_id title description link image_link additional_image_link availability price sale_price brand
    gtin mpn condition color size gender age_group material product_type google_product_category quantity
    shipping_weight custom_label_0 custom_label_1"""
if form == "csv":
    fresh = pd.read_csv(feed, dtype=str, keep_default_na=False)
else:
    fresh = pd.read_xml(feed, iterparse={"item": NAMES.split()}, dtype=str).fillna("")
found = {}
kept = Path(state, "items.pickle")
if operation != "first":
    known = pd.read_pickle(kept)
    both = known.merge(fresh, on="id", how="outer", indicator=True, suffixes=("", "_new"))
    paired = both[both["_merge"] == "both"]
    names = [name for name in known.columns if name != "id"]
    old, new = paired[names], paired[[f"{name}_new" for name in names]]
    found = {
        "added": int((both["_merge"] == "right_only").sum()),
        "removed": int((both["_merge"] == "left_only").sum()),
        "changed": int((old.to_numpy() != new.to_numpy()).any(axis=1).sum()),
    }
fresh.to_pickle(kept)
print(json.dumps(found | {"written": len(fresh)}))

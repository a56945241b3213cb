"""Polars: a Parquet file of the items; a new document is compared with it by a hash of each row, and takes its place."""

import json
import sys
from pathlib import Path

import polars as pl

_, operation, form, feed, before, state = sys.argv
if form == "csv":
    fresh = pl.read_csv(feed, infer_schema=False)
elif form == "jsonl":
    fresh = pl.read_ndjson(feed)
else:
    fresh = pl.read_json(feed).select(pl.col("products").explode()).unnest("products")
found = {}
kept = Path(state, "items.parquet")
if operation != "first":
    known = pl.read_parquet(kept)
    old = known.select("id", known.select(sorted(known.columns)).hash_rows().alias("old"))
    new = fresh.select("id", fresh.select(sorted(fresh.columns)).hash_rows().alias("new"))
    both = old.join(new, on="id", how="full", coalesce=True)
    found = {
        "added": both["old"].null_count(),
        "removed": both["new"].null_count(),
        "changed": both.filter(pl.col("old") != pl.col("new")).height,
    }
fresh.write_parquet(kept)
print(json.dumps(found | {"written": fresh.height}))

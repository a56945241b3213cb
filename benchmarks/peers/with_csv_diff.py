"""csv-diff: two files compared by id; it keeps no state."""

import json
import sys

from csv_diff import compare, load_csv

_, operation, form, feed, before, state = sys.argv
with open(before, encoding="utf-8", newline="") as old, open(feed, encoding="utf-8", newline="") as new:
    known, fresh = load_csv(old, key="id"), load_csv(new, key="id")
found = compare(known, fresh)
print(json.dumps({name: len(found[name]) for name in ("added", "removed", "changed")} | {"written": len(fresh)}))

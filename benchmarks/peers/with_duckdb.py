"""DuckDB: a table of the items and their hashes; a new document is compared with it by a join, and takes its place."""

import json
import sys

import duckdb

_, operation, form, feed, before, state = sys.argv
READ = {
    "csv": "read_csv(?, all_varchar = true, header = true)",
    "jsonl": "read_json(?, format = 'newline_delimited')",
    "json": "(select unnest(products, max_depth := 2) from read_json(?, maximum_object_size = 2000000000))",
}[form]
store = duckdb.connect(f"{state}/items.duckdb")
store.execute(f"create or replace table fresh as select *, hash(one) as row_hash from {READ} one", [feed])
found = {}
if operation != "first":
    counts = store.execute(
        "select count(*) filter (i.id is null), count(*) filter (f.id is null), count(*) filter (i.row_hash <> f.row_hash) "
        "from items i full join fresh f on i.id = f.id"
    ).fetchone()
    found = dict(zip(("added", "removed", "changed"), counts or (), strict=True))
store.execute("drop table if exists items")
store.execute("alter table fresh rename to items")
written = store.execute("select count(*) from items").fetchone()
store.close()
print(json.dumps(found | {"written": written[0] if written else 0}))

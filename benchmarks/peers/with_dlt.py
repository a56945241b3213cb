"""dlt: the items merged into a SQLite database by id. It tells no differences and removes nothing."""

import csv
import json
import os
import sys
from collections.abc import Iterator

import dlt

_, operation, form, feed, before, state = sys.argv
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"


def rows() -> Iterator[list[dict[str, object]]]:
    """Batches of items."""
    with open(feed, encoding="utf-8", newline="") as file:
        source = csv.DictReader(file) if form == "csv" else map(json.loads, file)
        batch: list[dict[str, object]] = []
        for row in source:
            batch.append(row)
            if len(batch) == 1000:
                yield batch
                batch = []
        yield batch


pipeline = dlt.pipeline(
    "bench", pipelines_dir=f"{state}/pipelines", dataset_name="bench",
    destination=dlt.destinations.sqlalchemy(f"sqlite:///{state}/items.db"),
)  # fmt: skip
pipeline.run(dlt.resource(rows, name="items", primary_key="id", write_disposition="merge"))
with pipeline.sql_client() as client:
    [[written]] = client.execute_sql("select count(*) from items")
print(json.dumps({"written": written}))

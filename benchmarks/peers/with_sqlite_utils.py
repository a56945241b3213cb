"""``sqlite-utils upsert``: all items into a table by id. It tells no differences and removes nothing."""

import sys

from sqlite_utils.cli import cli

_, operation, form, feed, before, state = sys.argv
sys.argv = ["sqlite-utils", "upsert", f"{state}/items.db", "items", feed, "--pk", "id", "--silent", "--alter"]
sys.argv.append("--csv" if form == "csv" else "--nl")
cli()

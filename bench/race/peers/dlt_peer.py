"""Loads the HR table with dlt: dlt_peer.py <sqlalchemy|pyarrow|incremental|scd2> <URL of Postgres> <folder>."""

import sys

import dlt
from dlt.sources.sql_database import sql_table

WAY, URL, FOLDER = sys.argv[1:]
BACKEND = "pyarrow" if WAY == "pyarrow" else "sqlalchemy"
INCREMENTAL = dlt.sources.incremental("updated_at", range_start="open") if WAY == "incremental" else None

if WAY == "scd2":
    destination = dlt.destinations.duckdb(f"{FOLDER}/target.duckdb")
else:
    destination = dlt.destinations.filesystem(f"file://{FOLDER}/out")

pipeline = dlt.pipeline(
    pipeline_name=f"race_{WAY}",
    destination=destination,
    dataset_name="race",
    pipelines_dir=f"{FOLDER}/state",
)
table = sql_table(URL, table="employees", schema="public", backend=BACKEND, incremental=INCREMENTAL)
if WAY == "scd2":
    table.apply_hints(write_disposition={"disposition": "merge", "strategy": "scd2"})
    pipeline.run(table)
else:
    disposition = "append" if WAY == "incremental" else "replace"
    pipeline.run(table, write_disposition=disposition, loader_file_format="jsonl")

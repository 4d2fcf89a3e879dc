"""Answers statements about a SQLite file with Arrow streams; a program of its own, started by `rows`.

A second copy of SQLite in one process would undo the locks of the first (https://sqlite.org/howtocorrupt.html, 2.2),
and the driver that hands out Arrow brings one. So it runs apart: a statement a line comes in, a stream goes out.
"""

import json
import sys

import adbc_driver_sqlite.dbapi
import pyarrow as pa  # type: ignore[import-untyped]

BATCH_ROWS = "65536"  # fewer, and handing the batches over takes longer than reading them


def main(path: str) -> None:
    """Answers the statements on standard input until it ends, all from one moment's view of the file."""
    with adbc_driver_sqlite.dbapi.connect(path) as connection:
        for line in sys.stdin:
            with connection.cursor() as cursor:
                cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": BATCH_ROWS})
                cursor.execute(json.loads(line))
                batches = cursor.fetch_record_batch()
                with pa.ipc.new_stream(sys.stdout.buffer, batches.schema) as stream:
                    for batch in batches:
                        stream.write_batch(batch)
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1])

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Entry, Installation } from '../entry.ts';

const DLT: Installation = {
  name: 'dlt',
  packages: [
    ...['dlt[duckdb,parquet]==1.31.0', 'duckdb==2.0.1', 'pyarrow==26.0.1'],
    ...['SQLAlchemy==2.1.9', 'psycopg2-binary==2.9.13'],
  ],
};
const SCRIPT = fileURLToPath(new URL('dlt_peer.py', import.meta.url));

function entry(way: string, title: string, deletes: string, diff: string, output?: string): Entry {
  return {
    ...{ key: `dlt-${way}`, title, needs: [DLT], deletes, diff, readers: 'no' },
    ...(output === undefined ? {} : { output }),
    command: ({ tool, sourceUrl, folder }) => ({
      file: join(tool(DLT), 'bin', 'python'),
      args: [SCRIPT, way, sourceUrl.replace(/^postgres:/, 'postgresql+psycopg2:'), folder],
      // The others write plain JSONL, too. Nothing is reported to the makers.
      env: { DATA_WRITER__DISABLE_COMPRESSION: 'true', RUNTIME__DLTHUB_TELEMETRY: 'false' },
    }),
  };
}

export const DLT_ENTRIES: readonly Entry[] = [
  entry('sqlalchemy', 'dlt 1.31 to JSONL, SQLAlchemy', 'no', 'no, all again', 'out/race/employees'),
  entry('pyarrow', 'dlt 1.31 to JSONL, pyarrow', 'no', 'no, all again', 'out/race/employees'),
  entry('incremental', 'dlt 1.31, incremental', 'no', 'cursor only', 'out/race/employees'),
  entry('scd2', 'dlt 1.31, scd2 into DuckDB', 'yes', 'yes, in the target'),
];

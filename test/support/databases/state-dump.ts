import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { types } from 'node:util';
import { openDatabase } from '../../../src/database/database.ts';

const TABLES = [
  'connector_checkpoints',
  'record_state',
  'record_loads',
  'staged_records',
  'run_state',
  'connector_leases',
  'push_batches',
  'push_events',
  'delivery_steps',
  'rejected_documents',
  'target_notes',
  'alert_state',
] as const;

type Table = (typeof TABLES)[number];

export type StateDump = Readonly<Record<Table, readonly string[]>>;

/** Every row of the state's tables, as sorted JSON lines. Embedded below `cwd` unless there is a URL. */
export async function dumpState(cwd: string, url?: string): Promise<StateDump> {
  const file = join(cwd, '.gemini-sync-bridge', 'state.db');
  if (url === undefined && !existsSync(file)) return emptyDump();
  const database = await openDatabase({ url, file });
  try {
    const dump: Record<Table, string[]> = emptyDump();
    for (const table of TABLES) {
      // A process that was ended while it opened the state for the first time leaves a file without tables.
      if (!(await database.knex.schema.hasTable(table))) continue;
      const rows: object[] = await database.knex(table).select('*');
      dump[table] = rows.map((row) => JSON.stringify(withoutBytes(row))).sort();
    }
    return dump;
  } finally {
    await database.close();
  }
}

/** What a run that failed must not have moved: the records, the checkpoints, and changes set aside. */
export async function dumpRecords(cwd: string, url?: string): Promise<readonly string[]> {
  const dump = await dumpState(cwd, url);
  return [...dump.connector_checkpoints, ...dump.record_state, ...dump.record_loads, ...dump.staged_records];
}

/** A driver returns bytes as a buffer of one class or another. */
function withoutBytes(row: object): object {
  const entries = Object.entries(row).map(([column, value]: [string, unknown]) => {
    if (types.isArrayBuffer(value) || types.isUint8Array(value))
      return [column, Buffer.from(new Uint8Array(value)).toString('hex')] as const;
    return [column, value] as const;
  });
  return Object.fromEntries(entries);
}

function emptyDump(): Record<Table, string[]> {
  return {
    connector_checkpoints: [],
    record_state: [],
    record_loads: [],
    staged_records: [],
    run_state: [],
    connector_leases: [],
    push_batches: [],
    push_events: [],
    delivery_steps: [],
    rejected_documents: [],
    target_notes: [],
    alert_state: [],
  };
}

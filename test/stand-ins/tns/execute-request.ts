import type { TnsValue } from './answer.ts';
import { readBinds, readDefinitions, type Definition } from './binds.ts';
import type { TtcReader } from './ttc-reader.ts';

const Option = { define: 0x10, execute: 0x20, fetch: 0x40 } as const;

/** What a client wants done with a cursor, in one round trip. */
export interface ExecuteRequest {
  /** Undefined for a cursor that is open already. */
  readonly sql: string | undefined;
  /** 0 for a new one. */
  readonly cursor: number;
  /** Without it, only the columns are asked for, or only a definition is made. */
  readonly execute: boolean;
  readonly fetch: boolean;
  /** How many rows to fetch. */
  readonly rows: number;
  readonly bindTypes: readonly Definition[];
  readonly binds: readonly TnsValue[];
  /** How the client wants each column to be sent; empty if it leaves that to the server. */
  readonly defines: readonly Definition[];
}

export function readExecute(reader: TtcReader): ExecuteRequest {
  const options = reader.int();
  const cursor = reader.int();
  const newSql = reader.u8() === 1;
  reader.int();
  reader.skip(1);
  reader.int();
  reader.skip(3);
  const rows = reader.int();
  reader.int();
  reader.skip(1);
  const bindCount = reader.int();
  reader.skip(6);
  const defineCount = reader.int();
  skipRest(reader);
  const sql = newSql ? String(reader.value() ?? '') : undefined;
  const vector = 13;
  reader.ints(vector);
  const definitions = readDefinitions(reader, defineCount > 0 ? defineCount : bindCount);
  const [defines, bindTypes] = (options & Option.define) === 0 ? [[], definitions] : [definitions, []];
  const execute = (options & Option.execute) !== 0;
  return {
    sql,
    cursor,
    execute,
    fetch: (options & Option.fetch) !== 0,
    rows,
    bindTypes,
    binds: reader.more && execute ? readBinds(reader, bindTypes) : [],
    defines,
  };
}

/** Registrations, object lists, the counts of an array and the signature of the SQL: nothing of them is used. */
function skipRest(reader: TtcReader): void {
  reader.int();
  reader.skip(3);
  reader.int();
  reader.skip(1);
  reader.ints(2);
  reader.skip(1);
  reader.int();
  reader.skip(2);
  reader.int();
  reader.skip(1);
  reader.int();
  reader.skip(2);
  reader.int();
}

import type { TnsValue } from './answer.ts';
import { readBinds, readDefinitions, type Definition } from './values/binds.ts';
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
  const sqlBytes = 1;
  reader.ints(sqlBytes);
  const vectorPointer = 1;
  reader.skip(vectorPointer);
  const vectorLength = reader.int();
  const outputPointers = 3;
  reader.skip(outputPointers);
  const rows = reader.int();
  const longestValue = 1;
  reader.ints(longestValue);
  const bindPointer = 1;
  reader.skip(bindPointer);
  const bindCount = reader.int();
  const transactionAndDefinePointers = 6;
  reader.skip(transactionAndDefinePointers);
  const defineCount = reader.int();
  skipRest(reader);
  const sql = newSql ? String(reader.value() ?? '') : undefined;
  reader.ints(vectorLength);
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

/** What only other requests use: each part is a number of pointers, which have one byte each, and integers. */
function skipRest(reader: TtcReader): void {
  const parts: readonly { readonly pointers: number; readonly integers: number }[] = [
    // A registration for changes.
    { pointers: 0, integers: 1 },
    // Objects, and a value whose type the server is told.
    { pointers: 3, integers: 1 },
    // A name, and the registration's other half.
    { pointers: 1, integers: 2 },
    // The counts of a statement that is executed with many rows of binds.
    { pointers: 1, integers: 1 },
    { pointers: 1, integers: 0 },
    // The signature of the SQL, its id, and the length of that; since 12.2.
    { pointers: 1, integers: 1 },
    { pointers: 1, integers: 1 },
    { pointers: 1, integers: 0 },
    // Parts of a table that is sharded; since 12.2 too.
    { pointers: 1, integers: 1 },
  ];
  for (const { pointers, integers } of parts) {
    reader.skip(pointers);
    reader.ints(integers);
  }
}

import type { ByteReader } from '../wire/byte-reader.ts';
import type { ByteWriter } from '../wire/byte-writer.ts';
import { notPlayed } from './answer.ts';
import { EnvironmentChange, writeBinaryChange } from './tokens.ts';

export type IsolationLevel =
  'READ UNCOMMITTED' | 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE' | 'SNAPSHOT';

/** Isolation levels by their byte in a transaction request; 0 keeps the current one. */
const ISOLATION_LEVELS: readonly (IsolationLevel | undefined)[] = [
  undefined,
  'READ UNCOMMITTED',
  'READ COMMITTED',
  'REPEATABLE READ',
  'SERIALIZABLE',
  'SNAPSHOT',
];

const BEGIN = 5;
const COMMIT = 7;
const ROLLBACK = 8;

/** A statement that the session carries out by itself. */
export type OwnStatement =
  | { readonly does: 'begin'; readonly isolationLevel?: IsolationLevel | undefined }
  | { readonly does: 'commit' | 'rollback' | 'set' }
  | { readonly does: 'isolate'; readonly isolationLevel: IsolationLevel };

/** Handles a transaction request, which is a message of its own and not SQL. */
export function readTransactionRequest(reader: ByteReader): OwnStatement {
  const operation = reader.u16le();
  switch (operation) {
    case BEGIN:
      return { does: 'begin', isolationLevel: ISOLATION_LEVELS[reader.u8()] };
    case COMMIT:
      return { does: 'commit' };
    case ROLLBACK:
      return { does: 'rollback' };
    default:
      throw notPlayed(`transaction request ${operation}`);
  }
}

/**
 * The statements of a batch, if all of them are SET or concern a transaction, as those with which a driver begins.
 * Any other batch is the handler's.
 */
export function ownStatements(sql: string): OwnStatement[] | undefined {
  const statements = sql
    .split(/[;\n]/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
  const own = statements.map(ownStatement);
  return own.every((statement) => statement !== undefined) ? own : undefined;
}

function ownStatement(sql: string): OwnStatement | undefined {
  const level = /^set\s+transaction\s+isolation\s+level\s+(\w+(?:\s+\w+)?)$/i.exec(sql)?.[1];
  if (level !== undefined) {
    const wanted = level.toUpperCase().replace(/\s+/, ' ');
    const isolationLevel = ISOLATION_LEVELS.find((known) => known === wanted);
    return isolationLevel && { does: 'isolate', isolationLevel };
  }
  if (/^set\s+\w+\s+\S+$/i.test(sql)) return { does: 'set' };
  const verb = /^(begin|commit|rollback)(?:\s+tran(?:saction)?)?$/i.exec(sql)?.[1]?.toLowerCase();
  return verb === 'begin' || verb === 'commit' || verb === 'rollback' ? { does: verb } : undefined;
}

/** A connection's transaction, without any data in it. */
export class TransactionState {
  isolationLevel: IsolationLevel = 'READ COMMITTED';
  #open: Buffer | undefined;
  #begun = 0n;

  get open(): boolean {
    return this.#open !== undefined;
  }

  /** Carries the statement out and tells the client what changes for it. */
  apply(statement: OwnStatement, writer: ByteWriter): void {
    if (statement.does === 'begin' || statement.does === 'isolate') {
      this.isolationLevel = statement.isolationLevel ?? this.isolationLevel;
    }
    if (statement.does === 'begin') {
      this.#open = Buffer.alloc(8);
      this.#open.writeBigUInt64LE(++this.#begun);
      writeBinaryChange(writer, EnvironmentChange.beginTransaction, this.#open);
    }
    if (statement.does === 'commit' || statement.does === 'rollback') {
      const change =
        statement.does === 'commit'
          ? EnvironmentChange.commitTransaction
          : EnvironmentChange.rollbackTransaction;
      writeBinaryChange(writer, change, Buffer.alloc(0), this.#open);
      this.#open = undefined;
    }
  }
}

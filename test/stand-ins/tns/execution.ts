import type { Interruption } from '../wire/interruption.ts';
import type { Account } from './account.ts';
import { TnsError, type TnsResult, type TnsValue } from './answer.ts';
import { readBinds } from './values/binds.ts';
import { Cursor } from './cursor.ts';
import { readExecute } from './execute-request.ts';
import { writeColumns, writeEndOfCall, writeEndOfRows } from './messages.ts';
import type { AnswerWriter } from './packets.ts';
import { asksForTimeZone, ownStatement, TIME_ZONE } from './transactions.ts';
import type { TtcReader } from './ttc-reader.ts';

/** What is wanted of an execution. */
interface Wanted {
  /** How many rows at once. */
  readonly rows: number;
  readonly columns: boolean;
  /** Without it, nothing but the columns. */
  readonly execute: boolean;
}

/** The statements of a session and their rows. */
export class Execution {
  readonly #account: Account;
  readonly #answer: AnswerWriter;
  readonly #drop: () => void;
  readonly #cursors = new Map<number, Cursor>();
  #opened = 0;

  constructor(account: Account, answer: AnswerWriter, drop: () => void) {
    this.#account = account;
    this.#answer = answer;
    this.#drop = drop;
  }

  async execute(reader: TtcReader, interruption: Interruption): Promise<void> {
    const request = readExecute(reader);
    const { sql, bindTypes, binds, defines, execute } = request;
    const cursor = sql === undefined ? this.#cursor(request.cursor) : new Cursor(++this.#opened, sql);
    if (sql !== undefined) cursor.bindTypes = bindTypes;
    if (defines.length > 0) {
      cursor.define(defines);
      await this.#rows(cursor, request.rows, interruption);
      return;
    }
    const rows = request.fetch ? request.rows : 0;
    await this.#run(cursor, binds, { rows, columns: sql !== undefined, execute }, interruption);
  }

  /** In short, for a cursor that the client has executed before. */
  async reexecute(reader: TtcReader, fetch: boolean, interruption: Interruption): Promise<void> {
    const cursor = this.#cursor(reader.int());
    const rows = reader.int();
    const flags = 2;
    reader.ints(flags);
    const binds = readBinds(reader, cursor.bindTypes);
    await this.#run(cursor, binds, { rows: fetch ? rows : 0, columns: false, execute: true }, interruption);
  }

  async fetch(reader: TtcReader, interruption: Interruption): Promise<void> {
    await this.#rows(this.#cursor(reader.int()), reader.int(), interruption);
  }

  /** @param forget that the client will not execute them again either */
  closeCursors(reader: TtcReader, forget: boolean): void {
    const pointer = 1;
    reader.skip(pointer);
    for (let left = reader.int(); left > 0; left -= 1) {
      const id = reader.int();
      this.#cursors.get(id)?.close();
      if (forget) this.#cursors.delete(id);
    }
  }

  closeAll(): void {
    for (const cursor of this.#cursors.values()) cursor.close();
    this.#cursors.clear();
  }

  async #run(
    cursor: Cursor,
    binds: readonly TnsValue[],
    { rows, columns, execute }: Wanted,
    interruption: Interruption,
  ): Promise<void> {
    this.#account.record(cursor.sql, binds, !execute);
    const result = await this.#result(cursor.sql, binds, interruption);
    this.#cursors.set(cursor.id, cursor);
    if (!('rows' in result)) {
      this.#end({ cursor: cursor.id, rows: result.rowCount });
      return;
    }
    cursor.begin(result.columns, execute ? result.rows : undefined);
    if (columns) writeColumns(this.#answer.messages, result.columns);
    if (rows === 0 || cursor.awaitsDefinition) this.#end({ cursor: cursor.id });
    else await this.#rows(cursor, rows, interruption);
  }

  async #result(sql: string, binds: readonly TnsValue[], interruption: Interruption): Promise<TnsResult> {
    const account = this.#account;
    const transaction = ownStatement(sql, account.transaction);
    if (transaction !== undefined) {
      account.transaction = transaction;
      return { rowCount: 0 };
    }
    if (asksForTimeZone(sql)) {
      return { columns: [{ name: 'DBTIMEZONE', type: 'VARCHAR2', size: 6 }], rows: [[TIME_ZONE]] };
    }
    const session = { ...account.now(), drop: this.#drop };
    const result = await interruption.wait(Promise.resolve(account.service.handler(sql, binds, session)));
    if ('rowCount' in result && !account.inTransaction) account.transaction = 'read write';
    return result;
  }

  async #rows(cursor: Cursor, count: number, interruption: Interruption): Promise<void> {
    try {
      const all = await cursor.fetch(count, this.#answer, interruption);
      const end = { inTransaction: this.#account.inTransaction, cursor: cursor.id, rows: cursor.sent };
      if (all) writeEndOfRows(this.#answer.messages, end);
      else writeEndOfCall(this.#answer.messages, end);
    } catch (error) {
      cursor.close();
      if (!(error instanceof TnsError)) throw error;
      this.#end({ cursor: cursor.id, error });
    }
  }

  #end(end: { readonly cursor: number; readonly rows?: number; readonly error?: TnsError }): void {
    writeEndOfCall(this.#answer.messages, { inTransaction: this.#account.inTransaction, ...end });
  }

  /** @throws TnsError ORA-01001 */
  #cursor(id: number): Cursor {
    const cursor = this.#cursors.get(id);
    if (cursor === undefined) throw new TnsError(1001, 'invalid cursor');
    return cursor;
  }
}

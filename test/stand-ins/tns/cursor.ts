import type { Interruption } from '../wire/interruption.ts';
import { RowFeed } from '../wire/row-feed.ts';
import { notPlayed, type TnsRows, type TnsValue } from './answer.ts';
import type { Definition } from './values/binds.ts';
import type { TnsColumn } from './values/column.ts';
import { isLarge, TypeCode } from './values/column-types.ts';
import { writeRowHeader } from './messages.ts';
import type { AnswerWriter } from './packets.ts';
import { writeRow } from './values/rows.ts';

/** A statement that a client keeps, and the rows that are left of its last execution. */
export class Cursor {
  readonly id: number;
  readonly sql: string;
  bindTypes: readonly Definition[] = [];
  /** How many rows of this execution were sent. */
  sent = 0;
  #columns: readonly TnsColumn[] = [];
  #defined = false;
  #feed: RowFeed<readonly TnsValue[]> | undefined;

  constructor(id: number, sql: string) {
    this.id = id;
    this.sql = sql;
  }

  /** Large objects are not sent before the client has said how it wants them. */
  get awaitsDefinition(): boolean {
    return !this.#defined && this.#columns.some(isLarge);
  }

  /** @param rows undefined if only the columns are wanted */
  begin(columns: readonly TnsColumn[], rows: TnsRows['rows'] | undefined): void {
    this.close();
    this.#columns = columns;
    this.#feed = rows && new RowFeed(rows);
    this.sent = 0;
  }

  define(definitions: readonly Definition[]): void {
    for (const [at, column] of this.#columns.entries()) {
      const asLocator = [TypeCode.clob, TypeCode.blob].some((code) => code === definitions[at]?.code);
      if (isLarge(column) && asLocator)
        throw notPlayed('large objects that are not fetched as text or bytes');
    }
    this.#defined = true;
  }

  /**
   * Sends up to this number of rows.
   * @returns whether that were all
   * @throws Interrupted, Disconnected, or what the rows throw, after the rows before it
   */
  async fetch(count: number, writer: AnswerWriter, interruption: Interruption): Promise<boolean> {
    const { messages } = writer;
    writeRowHeader(messages);
    let before: readonly TnsValue[] | undefined;
    for (let fetched = 0; fetched < count; fetched += 1) {
      const row = await this.#feed?.next(interruption);
      if (row === undefined) {
        this.close();
        return true;
      }
      const start = messages.length;
      try {
        writeRow(messages, this.#columns, row, before);
      } catch (error) {
        messages.cutTo(start);
        throw error;
      }
      before = row;
      this.sent += 1;
      await writer.flush();
    }
    return false;
  }

  /** The remaining rows are not wanted. */
  close(): void {
    this.#feed?.close();
    this.#feed = undefined;
  }
}

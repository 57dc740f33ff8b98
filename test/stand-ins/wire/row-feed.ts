import { Interrupted, type Interruption } from './interruption.ts';

/** Rows one after the other: as they are, or as they come. */
export type Rows<Row> = Iterable<Row> | AsyncIterable<Row>;

/** Takes rows out of what a test's handler gave, one at a time and only when there is room for one. */
export class RowFeed<Row> {
  readonly #iterator: Iterator<Row, unknown> | AsyncIterator<Row, unknown>;

  constructor(rows: Rows<Row>) {
    this.#iterator = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
  }

  /**
   * @returns undefined after the last row
   * @throws Interrupted, or what the handler's rows throw
   */
  async next(interruption: Interruption): Promise<Row | undefined> {
    if (interruption.happened) throw new Interrupted();
    const step = this.#iterator.next();
    const result = 'then' in step ? await interruption.wait(step) : step;
    return result.done === true ? undefined : result.value;
  }

  /** Tells the handler's rows that no more are wanted. Not waited for: they may be stuck, which is what is being ended. */
  close(): void {
    void Promise.resolve(this.#iterator.return?.()).catch(() => undefined);
  }
}

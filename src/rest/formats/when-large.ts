import { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Page, RecordPages, Statement } from '../listing/page.ts';

/**
 * A listing of one JSON response. It is read as a whole, and if it is larger than a page may be, it is requested again and read
 * as a stream.
 */
export class WhenLarge implements RecordPages {
  readonly #streamed: () => RecordPages;
  readonly #log: Pick<Logger, 'debug'>;
  #pages: RecordPages;

  constructor(whole: RecordPages, streamed: () => RecordPages, log: Pick<Logger, 'debug'>) {
    this.#pages = whole;
    this.#streamed = streamed;
    this.#log = log;
  }

  get shifts(): boolean {
    return this.#pages.shifts;
  }

  get statement(): Statement {
    return this.#pages.statement;
  }

  counted(fresh: number, records: number): void {
    this.#pages.counted(fresh, records);
  }

  moved(): void {
    this.#pages.moved();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Page, void> {
    let begun = false;
    try {
      for await (const page of this.#pages) {
        begun = true;
        yield page;
      }
      return;
    } catch (thrown) {
      const isLarge = thrown instanceof BridgeError && thrown.code === 'SOURCE_ANSWER_TOO_LARGE';
      if (begun || !isLarge) throw thrown;
    }
    this.#log.debug('the response is larger than a page; it is requested again and read as a stream');
    this.#pages = this.#streamed();
    yield* this.#pages;
  }
}

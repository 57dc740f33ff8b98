import { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Page, RecordPages } from '../listing/page.ts';
import { PageStage } from '../page-stage.ts';

/**
 * A listing of one JSON response. It is read as a whole, and if it is larger than a page may be, it is requested again and read
 * as a stream.
 */
export class WhenLarge extends PageStage {
  readonly #streamed: () => RecordPages;
  readonly #log: Pick<Logger, 'debug'>;
  #pages: RecordPages;

  constructor(whole: RecordPages, streamed: () => RecordPages, log: Pick<Logger, 'debug'>) {
    super();
    this.#pages = whole;
    this.#streamed = streamed;
    this.#log = log;
  }

  protected get listing(): RecordPages {
    return this.#pages;
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

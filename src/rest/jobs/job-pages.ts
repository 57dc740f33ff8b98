import type { Page, RecordPages } from '../listing/page.ts';
import { PageStage } from '../page-stage.ts';

/** The pages of a listing that can be opened only after a job has ended. */
export class JobPages extends PageStage {
  readonly #open: () => Promise<RecordPages>;
  #pages: RecordPages | undefined;

  /** @param open runs the job, and opens its result */
  constructor(open: () => Promise<RecordPages>) {
    super();
    this.#open = open;
  }

  /** @throws BridgeError SOURCE_*, CONNECTOR_INVALID; the reason of the signal when aborted */
  async *[Symbol.asyncIterator](): AsyncGenerator<Page, void> {
    this.#pages = await this.#open();
    yield* this.#pages;
  }

  protected get listing(): RecordPages {
    if (this.#pages === undefined) throw new Error('The listing was not begun.');
    return this.#pages;
  }
}

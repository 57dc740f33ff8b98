import type { Page, RecordPages, Statement } from '../listing/page.ts';

/** The pages of a listing that can be opened only after a job has ended. */
export class JobPages implements RecordPages {
  readonly #open: () => Promise<RecordPages>;
  #pages: RecordPages | undefined;

  /** @param open runs the job, and opens its result */
  constructor(open: () => Promise<RecordPages>) {
    this.#open = open;
  }

  get shifts(): boolean {
    return this.#opened.shifts;
  }

  get statement(): Statement {
    return this.#opened.statement;
  }

  counted(fresh: number, records: number): void {
    this.#opened.counted(fresh, records);
  }

  moved(): void {
    this.#opened.moved();
  }

  /** @throws BridgeError SOURCE_*, CONNECTOR_INVALID; the reason of the signal when aborted */
  async *[Symbol.asyncIterator](): AsyncGenerator<Page, void> {
    this.#pages = await this.#open();
    yield* this.#pages;
  }

  get #opened(): RecordPages {
    if (this.#pages === undefined) throw new Error('The listing was not begun.');
    return this.#pages;
  }
}

import type { Page, RecordPages, Statement } from './listing/page.ts';

/** A stage that changes the pages of a listing. What the consumer reports, and what the listing states, it passes on. */
export abstract class PageStage implements RecordPages {
  /** The listing whose pages are changed. */
  protected abstract get listing(): RecordPages;

  abstract [Symbol.asyncIterator](): AsyncGenerator<Page, void>;

  get shifts(): boolean {
    return this.listing.shifts;
  }

  get statement(): Statement {
    return this.listing.statement;
  }

  counted(fresh: number, records: number): void {
    this.listing.counted(fresh, records);
  }

  moved(): void {
    this.listing.moved();
  }
}

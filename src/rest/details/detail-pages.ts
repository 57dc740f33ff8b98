import { inOrderConcurrently } from '../../core/in-order-concurrently.ts';
import type { Logger } from '../../core/log.ts';
import { BRACKET, BRACKET_END, COMMA, type Span } from '../../json/scan.ts';
import { DETAIL_CHUNK_BYTES, DETAIL_CHUNK_RECORDS } from '../limits.ts';
import type { Page, RecordPages, Statement } from '../listing/page.ts';
import { PageStage } from '../page-stage.ts';
import type { DetailRequests } from './detail-requests.ts';

interface Counted {
  readonly fresh: number;
  readonly records: number;
}

/** Adds the detail of each record to the records of a listing, in their order. */
export class DetailPages extends PageStage {
  readonly #pages: RecordPages;
  readonly #requests: Pick<DetailRequests, 'recordWithDetail'>;
  readonly #concurrency: number;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #signal: AbortSignal;
  #records = 0;
  #missing = 0;
  /** What the consumer reported about the chunks of the current page. */
  #counted: Counted | undefined;

  constructor(
    pages: RecordPages,
    requests: Pick<DetailRequests, 'recordWithDetail'>,
    { concurrency, log }: { concurrency: number; log: Pick<Logger, 'warn'> },
    signal: AbortSignal,
  ) {
    super();
    this.#pages = pages;
    this.#requests = requests;
    this.#concurrency = concurrency;
    this.#log = log;
    this.#signal = signal;
  }

  protected get listing(): RecordPages {
    return this.#pages;
  }

  override get statement(): Statement {
    const { statement } = this.#pages;
    return {
      ...statement,
      truncated: statement.truncated || this.#areAllMissing,
      // The requests that found records missing were later than those of the listing.
      inPages: statement.inPages || this.#missing > 0,
    };
  }

  override counted(fresh: number, records: number): void {
    const { fresh: freshBefore, records: before } = this.#counted ?? { fresh: 0, records: 0 };
    this.#counted = { fresh: freshBefore + fresh, records: before + records };
  }

  /** @throws BridgeError SOURCE_*; the reason of the signal when aborted */
  async *[Symbol.asyncIterator](): AsyncGenerator<Page, void> {
    for await (const page of this.#pages) {
      this.#counted = undefined;
      const missingBefore = this.#missing;
      yield* this.#withDetails(page);
      this.#records += page.records.length;
      // A removed record was listed, so it counts towards the totals of the listing.
      const missing = this.#missing - missingBefore;
      this.#report(this.#counted, missing);
    }
    if (this.#areAllMissing) {
      this.#log.warn('the API says of every record that it does not exist, so nothing counts as missing', {
        records: this.#records,
      });
    }
  }

  /** If the consumer reported nothing, all records of the listing count. */
  #report(counted: Counted | undefined, missing: number): void {
    if (counted !== undefined) this.#pages.counted(counted.fresh + missing, counted.records + missing);
  }

  /** An API that answers so about every record has more likely lost a permission than all of them. */
  get #areAllMissing(): boolean {
    return this.#records > 0 && this.#missing === this.#records;
  }

  async *#withDetails(page: Page): AsyncGenerator<Page, void> {
    const stop = new AbortController();
    const signal = AbortSignal.any([this.#signal, stop.signal]);
    const detailOf = ({ start, end }: Span) =>
      this.#requests.recordWithDetail({ bytes: page.bytes, start, end }, signal);
    const chunk = new Chunk();
    let isFirst = page.continues !== true;
    try {
      for await (const record of inOrderConcurrently(this.#concurrency, page.records, detailOf)) {
        if (chunk.bytes >= DETAIL_CHUNK_BYTES || chunk.count >= DETAIL_CHUNK_RECORDS) {
          yield { ...chunk.take(), ...factsOf(page, isFirst), next: UNFINISHED };
          isFirst = false;
        }
        if (record === undefined) this.#missing++;
        else chunk.add(record);
      }
    } finally {
      stop.abort();
    }
    yield {
      ...chunk.take(),
      ...factsOf(page, isFirst),
      // The next place is determined only when the consumer asks for it.
      get next() {
        return page.next;
      },
    };
  }
}

const UNFINISHED: Page['next'] = {
  because: 'the page has more records',
  perhapsCursor: undefined,
};

function factsOf(
  { answered, first, partition }: Page,
  isFirst: boolean,
): Pick<Page, 'answered' | 'first' | 'partition' | 'continues'> {
  return {
    answered,
    first,
    ...(partition === undefined ? {} : { partition }),
    ...(isFirst ? {} : { continues: true }),
  };
}

/** Records that are passed on together, as a JSON list. */
class Chunk {
  bytes = 0;
  #records: Buffer[] = [];

  get count(): number {
    return this.#records.length;
  }

  add(record: Buffer): void {
    this.#records.push(record);
    this.bytes += record.length;
  }

  take(): Pick<Page, 'bytes' | 'records'> {
    const list = Buffer.allocUnsafe(this.bytes + Math.max(this.#records.length, 1) + 1);
    let at = list.writeUInt8(BRACKET, 0);
    const records = this.#records.map((record, index): Span => {
      if (index > 0) at = list.writeUInt8(COMMA, at);
      const start = at;
      at += record.copy(list, at);
      return { start, end: at };
    });
    list.writeUInt8(BRACKET_END, at);
    this.#records = [];
    this.bytes = 0;
    return { bytes: list, records };
  }
}

import type { PaginationSpec } from '../../definitions/rest/types.ts';
import { BridgeError } from '../../core/errors.ts';
import { HTTP_PAGES_MAX } from '../limits.ts';
import type { Logger } from '../../core/log.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { Exchange, PageAnswer } from '../request/exchange.ts';
import type { KeptPlace } from '../request/kept-place.ts';
import { Circles } from './circles.ts';
import { Completeness } from './completeness.ts';
import { NextPages, type Following, type ReadPage } from './next-pages.ts';
import type { Page, RecordPages, Statement } from './page.ts';
import { dateOf, keepableValidator, lostPage } from './page-facts.ts';
import type { Paging } from './pagination.ts';
import type { RecordFinder } from './records.ts';
import { ofResumed } from './resumed.ts';
import type { Validator } from '../request/validator.ts';
import type { Span } from '../../json/scan.ts';

interface ListingPorts {
  readonly exchange: Pick<Exchange, 'page' | 'nameOf' | 'redact' | 'isSecretIn'>;
  readonly paging: Paging;
  readonly finder: RecordFinder;
  readonly spec: PaginationSpec | undefined;
  readonly log: Logger;
  /** Converts a place to the form that can be stored. */
  readonly keep: (place: string) => KeptPlace;
  /** The stored place where an earlier listing stopped. */
  readonly from: string | undefined;
  /** The listing stops after this many pages and can be resumed; undefined for a listing that is read to its end. */
  readonly pagesMax: number | undefined;
  /** Whether the response to one conditional request covers the whole listing. */
  readonly conditional: boolean;
  /** The validator of an earlier listing that had one page. */
  readonly known: Validator | undefined;
  /** The names of signs of more pages that are irrelevant for this listing. */
  readonly ignoreSigns: readonly string[];
  readonly words: DefinitionWords;
}

const NOT_HEEDED = 'so the API does not heed which page is asked for';

/** The pages of one listing. They can be iterated only once, and the iteration always terminates. */
export class Listing implements RecordPages {
  readonly #ports: ListingPorts;
  readonly #signal: AbortSignal;
  readonly #circles = new Circles();
  readonly #completeness: Completeness;
  readonly #nextPages: NextPages;
  #pages = 0;
  #records = 0;
  /** The number of the last page for which the consumer reported how many records count. */
  #counted = 0;
  #truncated = false;
  #cutOff = false;
  #unchanged = false;
  #hasEnded = false;
  #rest: string | undefined;
  #validator: Validator | undefined;

  constructor(ports: ListingPorts, signal: AbortSignal) {
    const { paging, spec, finder, log, ignoreSigns, pagesMax, from, words } = ports;
    this.#ports = ports;
    this.#signal = signal;
    this.#completeness = new Completeness(spec, ignoreSigns, { log, words });
    this.#nextPages = new NextPages({
      paging,
      spec,
      finder,
      log,
      circles: this.#circles,
      completeness: this.#completeness,
      inParts: pagesMax !== undefined || from !== undefined,
      words,
      lost: (page, what) => this.#lost(page, what),
    });
  }

  get shifts(): boolean {
    return this.#ports.paging.shifts;
  }

  get statement(): Statement {
    if (!this.#hasEnded) throw new Error('The listing was not read to its end.');
    return {
      truncated: this.#truncated,
      cutOff: this.#cutOff,
      rest: this.#rest === undefined ? undefined : this.#ports.keep(this.#rest),
      unchanged: this.#unchanged,
      validator: this.#truncated ? undefined : this.#validator,
      inPages: this.#pages > 1,
    };
  }

  counted(fresh: number, records: number): void {
    this.#counted = this.#pages;
    this.#records += records;
    this.#circles.count(fresh);
  }

  moved(): void {
    if (this.#truncated) return;
    this.#truncated = true;
    this.#ports.log.warn(
      'records moved from page to page while the API was read, so some may have been passed over',
    );
  }

  /** @throws BridgeError SOURCE_*; the reason of the signal when aborted */
  async *[Symbol.asyncIterator](): AsyncGenerator<Page, void> {
    let place = this.#ports.from;
    for (;;) {
      const request = this.#ports.paging.request(place);
      const asked = this.#ports.exchange.nameOf(request);
      let answer: PageAnswer | undefined;
      let records: readonly Span[] = [];
      try {
        const isFirst = this.#pages === 0 && place === undefined;
        const { exchange, known, finder } = this.#ports;
        answer = await exchange.page(request, this.#signal, isFirst ? known : undefined);
        if (answer !== undefined) records = finder.find(answer, asked, (text) => exchange.redact(text));
      } catch (thrown) {
        if (this.#pages === 0 && place !== undefined && this.#expired(thrown)) {
          place = undefined;
          continue;
        }
        if (!this.#mayStop(thrown, place))
          throw this.#pages === 0 ? ofResumed(thrown, place, this.#ports.words) : thrown;
        break;
      }
      if (answer === undefined) {
        this.#unchanged = true;
        break;
      }
      this.#pages++;
      const page: ReadPage = { answer, place, count: records.length, asked, number: this.#pages };
      this.#see(page, records);
      let following: Following | undefined;
      const follow = (): Following => (following ??= this.#nextPages.after(page));
      yield this.#pageOf(page, records, follow);
      if (this.#counted < page.number) this.counted(records.length, records.length);
      if (records.length > 0 && this.#circles.standsStill) {
        throw this.#lost(page, `has only records of pages before, as those before it had, ${NOT_HEEDED}`);
      }
      const next = follow();
      if (next.place === undefined) {
        if (this.#nextPages.isTruncatedAt(page, next, this.#records)) this.#truncated = true;
        break;
      }
      if (this.#stopsBefore(next.place)) break;
      place = next.place;
    }
    this.#hasEnded = true;
  }

  /** @throws BridgeError SOURCE_PAGINATION */
  #see(page: ReadPage, records: readonly Span[]): void {
    const { answer, place, number } = page;
    this.#validator =
      number === 1 && place === undefined && this.#ports.conditional
        ? keepableValidator(answer, this.#ports.exchange)
        : undefined;
    this.#completeness.see(answer, this.#ports.finder.path);
    if (this.#circles.isNewPage(answer.bytes, records)) return;
    throw this.#lost(page, `has the same records as a page before, ${NOT_HEEDED}`);
  }

  /** The next place is determined when the consumer asks for it, or otherwise after the page. */
  #pageOf({ answer, place }: ReadPage, records: readonly Span[], follow: () => Following): Page {
    const { keep } = this.#ports;
    return {
      bytes: answer.bytes,
      records,
      answered: dateOf(answer),
      first: place === undefined,
      get next() {
        const next = follow().place;
        return next === undefined ? undefined : keep(next);
      },
    };
  }

  /** An API may forget where a listing stopped. Restarting is safe, because a listing in parts deletes nothing. */
  #expired(thrown: unknown): boolean {
    if (!(thrown instanceof BridgeError) || thrown.code !== 'SOURCE_REFUSED') return false;
    this.#ports.log.warn(
      'the API refused the place where the last run stopped, so the listing begins again at its first page',
      { refusal: thrown.message },
    );
    return true;
  }

  /** Handles an API that asks for a long pause: what was read is kept if the next run can resume there. */
  #mayStop(thrown: unknown, place: string | undefined): boolean {
    const { pagesMax, log } = this.#ports;
    const later = thrown instanceof BridgeError ? thrown.nextRunAfter : undefined;
    if (later === undefined || pagesMax === undefined || this.#pages === 0) return false;
    log.warn('the API asks to wait; the next run goes on here', { nextRunAfter: later.toISOString() });
    this.#rest = place;
    this.#truncated = true;
    return true;
  }

  #stopsBefore(next: string): boolean {
    const { pagesMax, spec, log } = this.#ports;
    const most = spec?.maxPages ?? HTTP_PAGES_MAX;
    if (pagesMax !== undefined && this.#pages >= pagesMax) {
      this.#rest = next;
      this.#truncated = true;
      return true;
    }
    if (pagesMax !== undefined || this.#pages < most) return false;
    log.warn('the listing is cut off; what comes after these pages was not read', { maxPages: most });
    this.#cutOff = true;
    this.#truncated = true;
    return true;
  }

  #lost(page: Pick<ReadPage, 'asked' | 'number'>, what: string): BridgeError {
    return lostPage(page, what, this.#ports.exchange, this.#ports.words);
  }
}

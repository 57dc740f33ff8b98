import type { PaginationSpec } from '../../definitions/rest/types.ts';
import { BridgeError } from '../../core/errors.ts';
import { HTTP_PAGES_MAX } from '../limits.ts';
import type { Logger } from '../../core/log.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { Exchange, PageAnswer } from '../request/exchange.ts';
import type { KeptPlace } from '../request/kept-place.ts';
import type { NoPage } from '../request/page-reply.ts';
import { Circles } from './circles.ts';
import { Completeness } from './completeness.ts';
import { NextPages, type Following } from './next-pages.ts';
import type { FoundRecord, Page, RecordPages, Statement } from './page.ts';
import type { RecordFinder } from './records.ts';
import { pageOf, type ReadPage } from './read-page.ts';
import { lostPage, ofNextPage, ofResumed, type MissingListing } from './refused-page.ts';
import type { Paging } from '../paging/paging.ts';
import { keepableValidator, type Validator } from '../request/validator.ts';

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
  readonly missing?: MissingListing | undefined;
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
      lost: (page, what, set) => this.#lost(page, what, set),
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
      rest: this.#keptPlace(this.#rest),
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
    const { paging, exchange, finder, from, known, spec, words, missing } = this.#ports;
    let place = from;
    let last: ReadPage | undefined;
    for (;;) {
      const request = paging.request(place);
      const asked = exchange.nameOf(request);
      let answer: PageAnswer | NoPage;
      let records: readonly FoundRecord[] = [];
      try {
        // Unless the whole listing may be missing, only a page that an earlier page led to may.
        const endStatuses = place === undefined ? missing?.statuses : spec?.endStatuses;
        const expectation = place === undefined ? { known, endStatuses } : { endStatuses };
        answer = await exchange.page(request, this.#signal, expectation);
        if (answer === 'no_page' && place !== undefined) await this.#confirmEnd();
        else if (answer !== 'unchanged' && answer !== 'no_page') {
          records = finder.find(answer, asked, (text) => exchange.redact(text));
        }
      } catch (thrown) {
        if (this.#pages === 0 && place !== undefined && this.#expired(thrown)) {
          place = undefined;
          continue;
        }
        if (this.#mayStop(thrown, place)) break;
        throw this.#pages === 0 ? ofResumed(thrown, place, words) : ofNextPage(thrown, spec, words);
      }
      if (answer === 'unchanged') {
        this.#unchanged = true;
        break;
      }
      if (answer === 'no_page') {
        if (place === undefined) missing?.report();
        else this.#endAfter(last);
        break;
      }
      this.#pages++;
      const page: ReadPage = { answer, place, count: records.length, asked, number: this.#pages };
      last = spec?.endStatuses === undefined ? undefined : page;
      this.#see(page, records);
      let following: Following | undefined;
      const follow = (): Following => (following ??= this.#nextPages.after(page));
      yield pageOf(page, records, () => this.#keptPlace(follow().place));
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

  /**
   * The statuses that end a listing are also those of an API that is out of order, whose records must not count as deleted. So
   * its first page must still be there.
   * @throws BridgeError SOURCE_*
   */
  async #confirmEnd(): Promise<void> {
    const { paging, exchange } = this.#ports;
    await exchange.page(paging.request(undefined), this.#signal);
  }

  /** @param last the page before the refused one; undefined if an earlier run read it */
  #endAfter(last: ReadPage | undefined): void {
    // There may be a page after an unchanged one in the next run.
    this.#validator = undefined;
    if (last === undefined) return;
    const end = this.#nextPages.refusedAfter(last);
    if (this.#nextPages.isTruncatedAt(last, end, this.#records)) this.#truncated = true;
  }

  /** @throws BridgeError SOURCE_PAGINATION */
  #see(page: ReadPage, records: readonly FoundRecord[]): void {
    const { answer, place, number } = page;
    this.#validator = number === 1 && place === undefined ? this.#validatorOf(answer) : undefined;
    this.#completeness.see(answer, this.#ports.finder);
    if (this.#circles.isNewPage(answer.bytes, records)) return;
    throw this.#lost(page, `has the same records as a page before, ${NOT_HEEDED}`);
  }

  #keptPlace(place: string | undefined): KeptPlace | undefined {
    return place === undefined ? undefined : this.#ports.keep(place);
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

  #validatorOf(answer: PageAnswer): Validator | undefined {
    const { conditional, exchange } = this.#ports;
    return conditional ? keepableValidator(answer, (text) => exchange.isSecretIn(text)) : undefined;
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

  /** @param set the key of the pagination that may solve the problem */
  #lost(page: Pick<ReadPage, 'asked' | 'number'>, what: string, set?: string): BridgeError {
    const { exchange, words } = this.#ports;
    return lostPage(page, exchange.redact(what), words, set);
  }
}

import type { PaginationSpec } from '../../definitions/rest/types.ts';
import { BridgeError } from '../../core/errors.ts';
import { HTTP_PAGES_MAX } from '../../core/limits.ts';
import type { Logger } from '../../core/log.ts';
import type { HttpRequest } from '../request/client.ts';
import type { Exchange, PageAnswer } from '../request/exchange.ts';
import { Circles } from './circles.ts';
import { Completeness, type Ending } from './completeness.ts';
import { jsonAt, saysNo, type Next, type Paging } from './pagination.ts';
import type { RecordFinder } from './records.ts';
import { ofResumed } from './resumed.ts';
import { conditionOf, validatorOf, type Validator } from '../request/validator.ts';
import type { Span } from '../../json/scan.ts';

export interface Page {
  readonly bytes: Buffer;
  readonly records: readonly Span[];
  /** When the API answered, by its own clock; undefined if it does not tell. */
  readonly answered: Date | undefined;
}

interface ListingPorts {
  readonly exchange: Pick<Exchange, 'page' | 'nameOf' | 'redact' | 'isSecretIn'>;
  readonly paging: Paging;
  readonly finder: RecordFinder;
  readonly spec: PaginationSpec | undefined;
  readonly log: Logger;
  /** After so many pages the listing stops, to be gone on with; undefined for one that is read whole. */
  readonly pagesPerRun: number | undefined;
  /** Of an earlier listing that was one page. */
  readonly known: Validator | undefined;
  /** Signs of more that say nothing about this listing. */
  readonly ignoreSigns: readonly string[];
}

const PAGINATION_HINT =
  'Correct source.pagination; docs/connector-mode-rest-pull.md says what each type needs, and how source.ignoreSigns names a sign that means nothing.';

const NOT_HEEDED = 'so the API does not heed which page is asked for';

/** Goes through the pages of one listing, once, and ends for certain. */
export class Listing {
  /** Something suggests that there is more than was read, so nothing may be concluded from what is missing. */
  truncated = false;
  /** It was longer than it may be. */
  cutOff = false;
  /** Where the next run goes on; undefined when the listing came to its end. */
  rest: string | undefined;
  /** The API says that it has what `known` was given with; there were no pages. */
  unchanged = false;
  /** What the API gave with the only page; undefined when there were others. */
  validator: Validator | undefined;
  readonly #ports: ListingPorts;
  readonly #circles = new Circles();
  readonly #completeness: Completeness;
  #pages = 0;
  #records = 0;
  /** Some page had the key that leads to the next one, so the connector looks at the right place. */
  #keySeen = false;

  constructor(ports: ListingPorts) {
    this.#ports = ports;
    this.#completeness = new Completeness(ports.spec, ports.ignoreSigns, ports.log);
  }

  /** It was more than one page. */
  get inPages(): boolean {
    return this.#pages > 1;
  }

  /**
   * Told after each page, before the next one is asked for.
   * @param fresh how many of its records no page before had
   * @param records how many count for a total: in a feed of changes all of them
   */
  counted(fresh: number, records: number): void {
    this.#records += records;
    this.#circles.count(fresh);
  }

  /** Records came again on a later page, so others may have been passed over. */
  moved(): void {
    if (this.truncated) return;
    this.truncated = true;
    this.#ports.log.warn(
      'records moved from page to page while the API was read, so some may have been passed over',
    );
  }

  /** @param start where an earlier listing stopped. @throws BridgeError SOURCE_* */
  async *pages(start: string | undefined, signal: AbortSignal): AsyncGenerator<Page> {
    let place = start;
    for (;;) {
      const request = this.#ports.paging.request(place);
      const asked = this.#ports.exchange.nameOf(request);
      let page: { answer: PageAnswer; records: readonly Span[] } | undefined;
      try {
        page = await this.#page(request, asked, signal);
      } catch (thrown) {
        if (this.#pages === 0 && place !== undefined && this.#expired(thrown)) {
          place = undefined;
          continue;
        }
        if (!this.#mayStop(thrown, place)) throw this.#pages === 0 ? ofResumed(thrown, place) : thrown;
        return;
      }
      if (page === undefined) {
        this.unchanged = true;
        return;
      }
      const { answer, records } = page;
      this.#pages++;
      this.validator = this.#pages === 1 ? this.#keepable(answer) : undefined;
      this.#completeness.see(answer, this.#ports.finder.path);
      if (!this.#circles.isNewPage(answer.bytes, records)) {
        throw this.#lost(asked, `has the same records as a page before, ${NOT_HEEDED}`);
      }
      yield { bytes: answer.bytes, records, answered: dateOf(answer) };
      if (records.length > 0 && this.#circles.standsStill) {
        throw this.#lost(asked, `has only records of pages before, as those before it had, ${NOT_HEEDED}`);
      }
      const next = this.#next(answer, place, records.length, asked);
      if (next === undefined || this.#stopsBefore(next)) return;
      place = next;
    }
  }

  /** @returns undefined if the listing is known to be the same still */
  async #page(
    request: HttpRequest,
    asked: string,
    signal: AbortSignal,
  ): Promise<{ answer: PageAnswer; records: readonly Span[] } | undefined> {
    const { exchange, finder, known } = this.#ports;
    const answer = await exchange.page(request, signal, this.#pages === 0 ? known : undefined);
    if (answer === undefined) return undefined;
    return { answer, records: finder.find(answer, asked, (text) => exchange.redact(text)) };
  }

  /** An API may forget where a listing stopped. To begin again is safe: a listing in parts deletes nothing. */
  #expired(thrown: unknown): boolean {
    if (!(thrown instanceof BridgeError) || thrown.code !== 'SOURCE_REFUSED') return false;
    this.#ports.log.warn(
      'the API refused the place where the last run stopped, so the listing begins again at its first page',
      { refusal: thrown.message },
    );
    return true;
  }

  /** A checkpoint must not hold a secret, whatever an API makes its tags of. */
  #keepable(answer: PageAnswer): Validator | undefined {
    const validator = validatorOf(answer);
    const texts = Object.values(validator === undefined ? {} : conditionOf(validator));
    return texts.some((text) => this.#ports.exchange.isSecretIn(text)) ? undefined : validator;
  }

  /** An API that wants to be left alone for long: what was read is kept where the next run can go on. */
  #mayStop(thrown: unknown, place: string | undefined): boolean {
    const { pagesPerRun, log } = this.#ports;
    const later = thrown instanceof BridgeError ? thrown.nextRunAfter : undefined;
    if (later === undefined || pagesPerRun === undefined || this.#pages === 0) return false;
    log.warn('the API asks to wait; the next run goes on here', { nextRunAfter: later.toISOString() });
    this.rest = place;
    this.truncated = true;
    return true;
  }

  #stopsBefore(next: string): boolean {
    const { pagesPerRun, spec, log } = this.#ports;
    const most = spec?.maxPages ?? HTTP_PAGES_MAX;
    if (pagesPerRun !== undefined && this.#pages >= pagesPerRun) {
      this.rest = next;
      this.truncated = true;
      return true;
    }
    if (pagesPerRun !== undefined || this.#pages < most) return false;
    log.warn('the listing is cut off; what comes after these pages was not read', { maxPages: most });
    this.cutOff = true;
    this.truncated = true;
    return true;
  }

  /** @returns the place of the next page, or undefined at the end. */
  #next(answer: PageAnswer, place: string | undefined, count: number, asked: string): string | undefined {
    const { paging, spec } = this.#ports;
    const more = spec?.hasMorePath === undefined ? undefined : jsonAt(answer, spec.hasMorePath);
    const said = more !== undefined && saysNo(more);
    const next: Next = said ? { kind: 'end' } : paging.next(answer, place, count);
    this.#keySeen ||= next.kind !== 'absent';
    if (next.kind === 'wrong') throw this.#lost(asked, next.what);
    // A cursor that does not move on a page of nothing waits for records to come: that is the end.
    const waits = next.kind === 'place' && next.place === place && count === 0;
    if (next.kind === 'place' && !waits) return this.#follow(next.place, place, asked);
    if (more !== undefined && !said && !waits) this.#contradicted(asked);
    const read = { pages: this.#pages, records: this.#records };
    this.#end({ answer, count, ...read, said: said || waits, neverFound: !this.#keySeen }, asked);
    return undefined;
  }

  #follow(next: string, place: string | undefined, asked: string): string {
    if (!this.#circles.isNewPlace(next, place)) {
      throw this.#lost(asked, 'leads back to a page that was read before');
    }
    return next;
  }

  /** The API says that there is more, and no way leads there. */
  #contradicted(asked: string): void {
    const { spec, log } = this.#ports;
    const { type, hasMorePath = '' } = spec ?? {};
    if (type !== 'page' && type !== 'offset') {
      throw this.#lost(asked, `says at ${hasMorePath} that there is more, and not where`);
    }
    log.warn('the listing ended, and the API says that there is more', { hasMorePath });
    this.truncated = true;
  }

  #end(ending: Ending, asked: string): void {
    const { spec, log, finder, pagesPerRun } = this.#ports;
    const sign = this.#completeness.signOfMore(ending, finder.path);
    if (sign !== undefined) {
      // The connector says that one response is wanted, or the place of a next page was found before.
      if (spec?.type !== 'none' && ending.neverFound) {
        throw this.#lost(
          asked,
          `has ${sign.words}, so there are more pages, and the connector does not say how to get them`,
        );
      }
      log.warn('the listing ended, and the API says that there is more', { sign: sign.name });
      this.truncated = true;
    }
    // Of a listing in parts, this is the last part alone.
    if (pagesPerRun !== undefined) return;
    if (this.#completeness.isPart(ending, finder.path)) this.truncated = true;
  }

  #lost(asked: string, what: string): BridgeError {
    return new BridgeError(
      'SOURCE_PAGINATION',
      `The answer to ${asked} (page ${this.#pages}) ${this.#ports.exchange.redact(what)}.`,
      { hint: PAGINATION_HINT },
    );
  }
}

function dateOf({ header }: PageAnswer): Date | undefined {
  const date = new Date(header('date') ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}

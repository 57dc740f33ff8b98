import { hash } from 'node:crypto';
import type { PaginationSpec } from '../../connector/types.ts';
import { BridgeError } from '../../core/errors.ts';
import { HTTP_PAGES_MAX } from '../../core/limits.ts';
import type { Logger } from '../../core/log.ts';
import type { Exchange, PageAnswer } from './exchange.ts';
import { signOfMore } from './more.ts';
import { isNothing, jsonAt, numberAt, type Next, type Paging } from './pagination.ts';
import type { RecordFinder } from './records.ts';
import { conditionOf, validatorOf, type Validator } from './validator.ts';
import type { Span } from '../json/scan.ts';

export interface Page {
  readonly bytes: Buffer;
  readonly records: readonly Span[];
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
}

const PAGINATION_HINT =
  'Correct source.pagination; docs/connector-mode-rest-pull.md says what each type needs.';

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
  /** Hashes of places and of pages, to notice a circle. */
  readonly #places = new Set<string>();
  readonly #bodies = new Set<string>();
  #pages = 0;
  #records = 0;
  #total: number | undefined;
  /** Some page had the key that leads to the next one, so the connector looks at the right place. */
  #keySeen = false;

  constructor(ports: ListingPorts) {
    this.#ports = ports;
  }

  /** @param start where an earlier listing stopped. @throws BridgeError SOURCE_* */
  async *pages(start: string | undefined, signal: AbortSignal): AsyncGenerator<Page> {
    const { exchange, finder, paging, known } = this.#ports;
    let place = start;
    for (;;) {
      const request = paging.request(place);
      const asked = exchange.nameOf(request);
      let answer: PageAnswer | undefined;
      try {
        answer = await exchange.page(request, signal, this.#pages === 0 ? known : undefined);
      } catch (thrown) {
        if (!this.#mayStop(thrown, place)) throw thrown;
        return;
      }
      if (answer === undefined) {
        this.unchanged = true;
        return;
      }
      const records = finder.find(answer, asked, (text) => exchange.redact(text));
      this.#pages++;
      this.validator = this.#pages === 1 ? this.#keepable(answer) : undefined;
      this.#records += records.length;
      this.#refuseRepeatedPage(answer, records, asked);
      yield { bytes: answer.bytes, records };
      const next = this.#next(answer, place, records.length, asked);
      if (next === undefined || this.#stopsBefore(next)) return;
      place = next;
    }
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
    this.#total =
      spec?.totalPath === undefined ? undefined : (numberAt(answer, spec.totalPath) ?? this.#total);
    const more = spec?.hasMorePath === undefined ? undefined : jsonAt(answer, spec.hasMorePath);
    if (more !== undefined && saysNo(more)) {
      this.#end();
      return undefined;
    }
    const next = paging.next(answer, place, count);
    this.#keySeen ||= next.kind !== 'absent';
    if (next.kind === 'wrong') throw this.#lost(asked, next.what);
    if (next.kind === 'place') return this.#follow(next.place, place, count, asked);
    if (more !== undefined) this.#contradicted(asked);
    this.#checkAbsence(next, answer, asked);
    this.#end();
    return undefined;
  }

  #follow(next: string, place: string | undefined, count: number, asked: string): string | undefined {
    // A cursor that stands still on a page of nothing waits for records to come: that is the end.
    if (next === place && count === 0) {
      this.#end();
      return undefined;
    }
    if (place !== undefined) this.#places.add(digest(place));
    if (this.#places.has(digest(next))) throw this.#lost(asked, 'leads back to a page that was read before');
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

  #end(): void {
    // Of a listing in parts, this is the last part alone.
    if (this.#ports.pagesPerRun !== undefined) return;
    if (this.#total !== undefined && this.#records < this.#total) {
      this.#ports.log.warn('the listing ended with fewer records than the API says there are', {
        records: this.#records,
        total: this.#total,
      });
      this.truncated = true;
    }
  }

  #checkAbsence({ kind }: Next, answer: PageAnswer, asked: string): void {
    const { spec, log } = this.#ports;
    if (kind !== 'absent' || this.#keySeen) return;
    const sign = signOfMore(answer);
    if (sign === undefined) return;
    // Somebody wrote that one response is wanted, and knows that it is a part.
    if (spec?.type !== 'none') {
      throw this.#lost(
        asked,
        `has ${sign}, so there are more pages, and the connector does not say how to get them`,
      );
    }
    log.warn('only the first page was read, and the API says that there are more', { sign });
    this.truncated = true;
  }

  #refuseRepeatedPage({ bytes }: PageAnswer, records: readonly Span[], asked: string): void {
    const [first] = records;
    const last = records.at(-1);
    if (first === undefined || last === undefined) return;
    const body = digest(bytes.subarray(first.start, last.end));
    if (this.#bodies.has(body)) {
      throw this.#lost(
        asked,
        'has the same records as a page before, so the API does not heed which page is asked for',
      );
    }
    this.#bodies.add(body);
  }

  #lost(asked: string, what: string): BridgeError {
    return new BridgeError(
      'SOURCE_PAGINATION',
      `The answer to ${asked} (page ${this.#pages}) ${this.#ports.exchange.redact(what)}.`,
      { hint: PAGINATION_HINT },
    );
  }
}

function saysNo(json: string): boolean {
  return isNothing(json) || /^"(false|no|n|0)"$/i.test(json);
}

/** 64 bits are enough to tell a hundred thousand pages apart. */
function digest(content: string | Buffer): string {
  return hash('sha256', content, 'base64').slice(0, 11);
}

import type { PaginationSpec } from '../../definitions/rest/types.ts';
import type { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { PageAnswer } from '../request/exchange.ts';
import type { Circles } from './circles.ts';
import type { Completeness } from './completeness.ts';
import { jsonAt, saysNo, type Next, type Paging } from './pagination.ts';
import type { RecordFinder } from './records.ts';

/** The properties of a page that decide what follows it. */
export interface ReadPage {
  readonly answer: PageAnswer;
  readonly place: string | undefined;
  /** The number of records on the page. */
  readonly count: number;
  /** The request, for messages. */
  readonly asked: string;
  /** The number of the page, from 1. */
  readonly number: number;
}

/** What follows a page: another page, or the end and its reason. */
export type Following =
  | { readonly place: string }
  | {
      readonly place: undefined;
      /** The API reported the end in the field that the definition names for it. */
      readonly said: boolean;
      /** The API reports more pages, but gives no way to reach them. */
      readonly contradicted: boolean;
    };

interface FollowingPorts {
  readonly paging: Paging;
  readonly spec: PaginationSpec | undefined;
  readonly finder: Pick<RecordFinder, 'path'>;
  readonly circles: Circles;
  readonly completeness: Completeness;
  readonly log: Logger;
  /** The listing is read in parts, and this is one of them. */
  readonly inParts: boolean;
  readonly words: DefinitionWords;
  readonly lost: (page: ReadPage, what: string) => BridgeError;
}

/** Determines what follows each page of one listing, and whether its last page is the end of all records. */
export class NextPages {
  readonly #ports: FollowingPorts;
  /** At least one page had the key that leads to the next page, so the definition names the right field. */
  #keySeen = false;

  constructor(ports: FollowingPorts) {
    this.#ports = ports;
  }

  /** @throws BridgeError SOURCE_PAGINATION */
  after(page: ReadPage): Following {
    const { paging, spec, circles, lost } = this.#ports;
    const { answer, place, count } = page;
    const more = spec?.hasMorePath === undefined ? undefined : jsonAt(answer, spec.hasMorePath);
    const said = more !== undefined && saysNo(more);
    const next: Next = said ? { kind: 'end' } : paging.next(answer, place, count);
    // An earlier page led here, in this listing or in the one that stopped here.
    this.#keySeen ||= next.kind !== 'absent' || place !== undefined;
    if (next.kind === 'wrong') throw lost(page, next.what);
    // A cursor that does not advance on an empty page waits for future records, so the listing has ended.
    const waits = next.kind === 'place' && next.place === place && count === 0;
    if (next.kind === 'place' && !waits) {
      if (circles.isNewPlace(next.place, place)) return { place: next.place };
      throw lost(page, 'leads back to a page that was read before');
    }
    return {
      place: undefined,
      said: said || waits,
      contradicted: more !== undefined && !said && !waits,
    };
  }

  /**
   * Called when the listing ended with this page.
   * @param records the number of distinct records on all pages
   * @returns whether something suggests that there are unread records, after logging what suggests it
   * @throws BridgeError SOURCE_PAGINATION
   */
  isTruncatedAt(
    page: ReadPage,
    { said, contradicted }: Extract<Following, { place: undefined }>,
    records: number,
  ): boolean {
    const { spec, log, finder, inParts, completeness, words, lost } = this.#ports;
    const { answer, count, number } = page;
    if (contradicted) this.#refuseContradiction(page);
    const ending = { answer, count, pages: number, records, said, neverFound: !this.#keySeen };
    const sign = completeness.signOfMore(ending, finder.path);
    if (sign !== undefined) {
      // The definition wants a single response, or an earlier page had the field for the next page.
      if (spec?.type !== 'none' && ending.neverFound) {
        throw lost(
          page,
          `has ${sign.words}, so there are more pages, and the ${words.kind} does not say how to get them`,
        );
      }
      log.warn('the listing ended, and the API says that there is more', { sign: sign.name });
    }
    // If the listing is read in parts, these pages are only its last part.
    const isPart = !inParts && completeness.isPart(ending, finder.path);
    return contradicted || sign !== undefined || isPart;
  }

  /** If pages are numbered, an API may report more records on an empty page; other APIs must also say where those records are. */
  #refuseContradiction(page: ReadPage): void {
    const { spec, log, lost } = this.#ports;
    const { type, hasMorePath = '' } = spec ?? {};
    if (type !== 'page' && type !== 'offset') {
      throw lost(page, `says at ${hasMorePath} that there is more, and not where`);
    }
    log.warn('the listing ended, and the API says that there is more', { hasMorePath });
  }
}

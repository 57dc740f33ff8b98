import type { PaginationSpec } from '../../definitions/rest/types.ts';
import type { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { withoutRoot } from '../../core/text/field-path.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { Circles } from './circles.ts';
import type { Completeness } from './completeness.ts';
import { jsonAt, saysNo, saysYes } from '../paging/answer-values.ts';
import type { Next, Paging } from '../paging/paging.ts';
import type { ReadPage } from './read-page.ts';
import type { RecordFinder } from './records.ts';
import { isShortPage } from './short-page.ts';

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
  /** @param set the key of the pagination that may solve the problem */
  readonly lost: (page: ReadPage, what: string, set?: string) => BridgeError;
}

/** What the flag that the definition names says about pages after this one; undefined without a flag. */
type Flag = 'more' | 'last' | undefined;

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
    const flag = this.#flagOf(page);
    const next: Next = flag === 'last' ? { kind: 'end' } : paging.next(answer, place, count);
    // An earlier page led here, in this listing or in the one that stopped here.
    this.#keySeen ||= next.kind !== 'absent' || place !== undefined;
    if (next.kind === 'wrong') throw lost(page, next.what, next.set);
    if (next.kind === 'absent') this.#requireCursorOfRecords(page);
    // A cursor that does not advance on an empty page waits for future records, so the listing has ended.
    const waits = next.kind === 'place' && next.place === place && count === 0;
    const isShort = flag !== 'more' && isShortPage(spec, count);
    if (next.kind === 'place' && !waits && !isShort) {
      if (circles.isNewPlace(next.place, place)) return { place: next.place };
      throw lost(page, 'leads back to a page that was read before', 'lastPagePath');
    }
    return {
      place: undefined,
      said: flag === 'last' || waits,
      contradicted: flag === 'more' && !waits,
    };
  }

  /** Returns what follows a page if the API refused the next one, with a status that the definition names for that. */
  refusedAfter(page: ReadPage): Extract<Following, { place: undefined }> {
    return { place: undefined, said: false, contradicted: this.#flagOf(page) === 'more' };
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

  /** @throws BridgeError SOURCE_PAGINATION for a flag of the last page that is neither true nor false: it would end the listing */
  #flagOf(page: ReadPage): Flag {
    const { spec, lost } = this.#ports;
    const more = jsonAt(page.answer, spec?.hasMorePath);
    if (more !== undefined) return saysNo(more) ? 'last' : 'more';
    const last = jsonAt(page.answer, spec?.lastPagePath);
    if (last === undefined) return undefined;
    if (saysYes(last)) return 'last';
    if (saysNo(last)) return 'more';
    throw lost(page, `has a value at ${spec?.lastPagePath ?? ''} that is neither true nor false`);
  }

  /** A cursor inside the records is on every page that has records, so without it the path is wrong. */
  #requireCursorOfRecords(page: ReadPage): void {
    const { spec, finder, lost } = this.#ports;
    const path = withoutRoot(spec?.nextCursorPath ?? '');
    if (page.count === 0 || !path.startsWith(`${finder.path ?? ''}[`)) return;
    throw lost(page, `has records, and no value at ${path}`);
  }

  /** If pages are numbered, an API may report more records on an empty page; other APIs must also say where those records are. */
  #refuseContradiction(page: ReadPage): void {
    const { spec, log, lost } = this.#ports;
    const { type, hasMorePath, lastPagePath } = spec ?? {};
    const flag = hasMorePath ?? lastPagePath ?? '';
    if (type !== 'page' && type !== 'offset') {
      throw lost(page, `says at ${flag} that there is more, and not where`);
    }
    log.warn('the listing ended, and the API says that there is more', { sign: flag });
  }
}

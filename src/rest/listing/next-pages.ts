import type { PaginationSpec } from '../../definitions/rest/types.ts';
import type { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { PageAnswer } from '../request/exchange.ts';
import type { Circles } from './circles.ts';
import type { Completeness } from './completeness.ts';
import { jsonAt, saysNo, type Next, type Paging } from './pagination.ts';
import type { RecordFinder } from './records.ts';

/** A page as what comes after it is decided by. */
export interface ReadPage {
  readonly answer: PageAnswer;
  readonly place: string | undefined;
  /** Of its records. */
  readonly count: number;
  /** The request, for messages. */
  readonly asked: string;
  /** From 1. */
  readonly number: number;
}

/** What follows a page: another one, or the end and how it came about. */
export type Following =
  | { readonly place: string }
  | {
      readonly place: undefined;
      /** The API said so, at a place that the definition names for it. */
      readonly said: boolean;
      /** The API says that there is more, and no way leads there. */
      readonly contradicted: boolean;
    };

interface FollowingPorts {
  readonly paging: Paging;
  readonly spec: PaginationSpec | undefined;
  readonly finder: Pick<RecordFinder, 'path'>;
  readonly circles: Circles;
  readonly completeness: Completeness;
  readonly log: Logger;
  /** The listing is read in parts, of which this is one. */
  readonly inParts: boolean;
  readonly words: DefinitionWords;
  readonly lost: (page: ReadPage, what: string) => BridgeError;
}

/** Decides what follows each page of one listing, and whether its last page is the end of all records. */
export class NextPages {
  readonly #ports: FollowingPorts;
  /** Some page had the key that leads to the next one, so the definition names the right place. */
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
    // A page before led here, in this listing or in the one that stopped here.
    this.#keySeen ||= next.kind !== 'absent' || place !== undefined;
    if (next.kind === 'wrong') throw lost(page, next.what);
    // A cursor that does not move on a page of nothing waits for records to come: that is the end.
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
   * The listing ended with this page.
   * @param records of all pages, each once
   * @returns whether something suggests that there is more than was read, after the log has said what
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
      // The definition says that one response is wanted, or the place of a next page was found before.
      if (spec?.type !== 'none' && ending.neverFound) {
        throw lost(
          page,
          `has ${sign.words}, so there are more pages, and the ${words.kind} does not say how to get them`,
        );
      }
      log.warn('the listing ended, and the API says that there is more', { sign: sign.name });
    }
    // Of a listing in parts, this is the last part alone.
    const isPart = !inParts && completeness.isPart(ending, finder.path);
    return contradicted || sign !== undefined || isPart;
  }

  /** Where pages are counted, an API may say that there is more on a page of nothing; elsewhere it must say where. */
  #refuseContradiction(page: ReadPage): void {
    const { spec, log, lost } = this.#ports;
    const { type, hasMorePath = '' } = spec ?? {};
    if (type !== 'page' && type !== 'offset') {
      throw lost(page, `says at ${hasMorePath} that there is more, and not where`);
    }
    log.warn('the listing ended, and the API says that there is more', { hasMorePath });
  }
}

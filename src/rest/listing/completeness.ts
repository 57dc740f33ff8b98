import type { PaginationSpec } from '../../definitions/rest/types.ts';
import type { Logger } from '../../core/log.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { PageAnswer } from '../request/exchange.ts';
import { signsOfLoss, signsOfMore, type SignOfMore } from './more-pages-hint.ts';
import { numberAt } from './pagination.ts';
import { totalsOf, type Total, type Totals } from './totals.ts';

/** How a listing came to its end. */
export interface Ending {
  readonly answer: PageAnswer;
  /** Records on the last page. */
  readonly count: number;
  /** Of the whole listing. */
  readonly pages: number;
  /** Of the whole listing, each record once. */
  readonly records: number;
  /** The API said so, at a place that the definition names for it; its other words about a next page do not count then. */
  readonly said: boolean;
  /** The place of the next page was never there, so the definition may name the wrong place. */
  readonly neverFound: boolean;
}

/** The name of the sign in `ignoreSigns` for a page of as many records as were asked for. */
const FULL_PAGE = 'pageSize';
const PARTIAL_CONTENT = '206';

/**
 * Judges whether the pages of a listing were all of it, by what the answers say themselves. A sign that counts too much holds
 * deletes back; one that is overlooked deletes what exists.
 */
export class Completeness {
  readonly #spec: PaginationSpec | undefined;
  readonly #ignored: ReadonlySet<string>;
  readonly #log: Logger;
  readonly #words: DefinitionWords;
  #first: Totals | undefined;
  /** What the definition names as the total: the highest that it was. */
  #named: number | undefined;
  #loss: SignOfMore | undefined;

  /** @param ignored names of signs that say nothing about this listing */
  constructor(
    spec: PaginationSpec | undefined,
    ignored: readonly string[],
    { log, words }: { log: Logger; words: DefinitionWords },
  ) {
    this.#spec = spec;
    this.#ignored = new Set(ignored.map((name) => name.toLowerCase()));
    this.#log = log;
    this.#words = words;
  }

  /** @param list where its records are */
  see(answer: PageAnswer, list: string | undefined): void {
    const { totalPath } = this.#spec ?? {};
    const named = totalPath === undefined ? undefined : numberAt(answer, totalPath);
    if (named !== undefined) this.#named = Math.max(named, this.#named ?? 0);
    this.#loss ??= signsOfLoss(answer, list).find((sign) => this.#counts(sign));
    // The first total is the one that a listing must reach: if records are removed while it is read, it falls.
    this.#first ??= totalsOf(answer, list);
  }

  /** A sign that there is a next page, where the end of a listing says that there is none. */
  signOfMore({ answer, said, count, neverFound }: Ending, list: string | undefined): SignOfMore | undefined {
    // Some APIs go on for ever with the places of pages that have nothing.
    if (said || (count === 0 && !neverFound)) return undefined;
    return signsOfMore(answer, list).find((sign) => this.#counts(sign));
  }

  /** @returns whether the listing lacks something, after the log has said what tells so */
  isPart(ending: Ending, list: string | undefined): boolean {
    const { records, pages } = ending;
    const problem =
      this.#short(this.#records(), records) ??
      this.#short(this.#pages(ending), pages) ??
      this.#partialContent(ending, list) ??
      this.#fullPage(ending);
    if (problem === undefined && this.#loss === undefined) return false;
    this.#log.warn('the listing ended with fewer records than the API says there are', {
      records,
      ...(problem ?? { sign: this.#loss?.name }),
      hint: `where this says nothing about the listing, name the sign in ${this.#words.path}.ignoreSigns`,
    });
    return true;
  }

  #counts({ name }: { readonly name: string }): boolean {
    return !this.#ignored.has(name.toLowerCase());
  }

  #records(): readonly Total[] {
    const { totalPath } = this.#spec ?? {};
    if (totalPath === undefined) return this.#first?.records ?? [];
    return this.#named === undefined ? [] : [{ name: totalPath, count: this.#named }];
  }

  #pages({ count }: Ending): readonly Total[] {
    if (this.#spec?.totalPagesPath !== undefined) return [];
    // `page_count` is the number of pages for some, and that of the records on this page for others.
    return (this.#first?.pages ?? []).filter((total) => total.count !== count || !/count$/i.test(total.name));
  }

  #short(totals: readonly Total[], reached: number): { sign: string; total: number } | undefined {
    const sign = totals.find((total) => total.count > reached && this.#counts(total));
    return sign && { sign: sign.name, total: sign.count };
  }

  #partialContent({ answer, count }: Ending, list: string | undefined): { sign: string } | undefined {
    const part = count > 0 && totalsOf(answer, list).part;
    return part && this.#counts({ name: PARTIAL_CONTENT }) ? { sign: PARTIAL_CONTENT } : undefined;
  }

  /** As many as were asked for, and no place of a next page: where the API says how many there are, that counts. */
  #fullPage({ count, neverFound }: Ending): { sign: string } | undefined {
    const { pageSize } = this.#spec ?? {};
    if (pageSize === undefined || count < pageSize || !neverFound || this.#records().length > 0)
      return undefined;
    return this.#counts({ name: FULL_PAGE }) ? { sign: FULL_PAGE } : undefined;
  }
}

import type { PaginationSpec } from '../../definitions/rest/types.ts';
import type { Logger } from '../../core/log.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { PageAnswer } from '../request/exchange.ts';
import type { SignOfMore } from '../request/answer-body.ts';
import { signsOfLoss, signsOfMore } from './more-pages-hint.ts';
import type { RecordFinder } from './records.ts';
import { isNothing, jsonAt, namedTotal, textAtPath, type NamedTotal } from '../paging/answer-values.ts';
import { isShortPage, leadsToNextPage } from './short-page.ts';
import { totalsOf, type Total, type Totals } from './totals.ts';

/** How a listing ended. */
export interface Ending {
  readonly answer: PageAnswer;
  /** The number of records on the last page. */
  readonly count: number;
  /** The number of pages of the whole listing. */
  readonly pages: number;
  /** The number of distinct records of the whole listing. */
  readonly records: number;
  /** The API reported the end in the field that the definition names for it. Other hints at a next page are then ignored. */
  readonly said: boolean;
  /** No response had the field for the next page, so the definition may name the wrong field. */
  readonly neverFound: boolean;
}

/** The name in `ignoreSigns` for the sign "this page is full": it has as many records as were requested. */
const FULL_PAGE = 'pageSize';
const PARTIAL_CONTENT = '206';

/**
 * Decides whether the pages of a listing were complete, from what the responses say. A false sign holds deletes back; a missed
 * sign deletes documents that exist.
 */
export class Completeness {
  readonly #spec: PaginationSpec | undefined;
  readonly #ignored: ReadonlySet<string>;
  readonly #log: Logger;
  readonly #words: DefinitionWords;
  /** The total of records that the definition names. */
  readonly #total: NamedTotal | undefined;
  #first: Totals | undefined;
  /** The highest value of the total that the definition names. */
  #named: number | undefined;
  #loss: SignOfMore | undefined;

  /** @param ignored the names of signs that are irrelevant for this listing */
  constructor(
    spec: PaginationSpec | undefined,
    ignored: readonly string[],
    { log, words }: { log: Logger; words: DefinitionWords },
  ) {
    this.#spec = spec;
    this.#ignored = new Set(ignored.map((name) => name.toLowerCase()));
    this.#log = log;
    this.#words = words;
    this.#total = namedTotal(spec?.totalPath, spec?.totalHeader);
  }

  /** @param loss a sign of missing records, found together with the records; their path is `path` */
  see(answer: PageAnswer, { path: list, loss }: Pick<RecordFinder, 'path' | 'loss'>): void {
    const named = this.#total?.in(answer);
    if (named !== undefined) this.#named = Math.max(named, this.#named ?? 0);
    const losses = [incompleteness(this.#spec, answer), loss, answer.loss].filter(
      (sign) => sign !== undefined,
    );
    this.#loss ??= [...losses, ...signsOfLoss(answer, list)].find((sign) => this.#counts(sign));
    // The listing must reach the first total, because totals fall when records are removed while the listing is read.
    this.#first ??= totalsOf(answer, list);
  }

  /** Returns a sign that there is a next page, although the listing reports its end. */
  signOfMore({ answer, said, count, neverFound }: Ending, list: string | undefined): SignOfMore | undefined {
    // Some APIs return links to empty pages forever.
    if (said || (count === 0 && !neverFound)) return undefined;
    // After a short page that ends the listing, the place of the next page, which it may still have, is the only sign that does not count.
    const isEnd = isShortPage(this.#spec, count);
    return signsOfMore(answer, list).find(
      (sign) => this.#counts(sign) && !(isEnd && leadsToNextPage(this.#spec, sign.name)),
    );
  }

  /** @returns whether the listing is incomplete, after logging the sign that shows it */
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
      hint: `where this says nothing about the listing, name the sign in ${this.#words.at('ignoreSigns')}`,
    });
    return true;
  }

  #counts({ name }: { readonly name: string }): boolean {
    return !this.#ignored.has(name.toLowerCase());
  }

  #records(): readonly Total[] {
    if (this.#total === undefined) return this.#first?.records ?? [];
    return this.#named === undefined ? [] : [{ name: this.#total.name, count: this.#named }];
  }

  #pages({ count }: Ending): readonly Total[] {
    const { totalPagesPath, totalPagesHeader } = this.#spec ?? {};
    if (totalPagesPath !== undefined || totalPagesHeader !== undefined) return [];
    // Some APIs use `page_count` for the number of pages, and others for the number of records on this page.
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

  /**
   * Detects a full page without a field for the next page. If the API reports how many records there are, that number decides
   * instead.
   */
  #fullPage({ count, neverFound }: Ending): { sign: string } | undefined {
    const { pageSize } = this.#spec ?? {};
    if (pageSize === undefined || count < pageSize || !neverFound || this.#records().length > 0)
      return undefined;
    return this.#counts({ name: FULL_PAGE }) ? { sign: FULL_PAGE } : undefined;
  }
}

/** Returns the sign of missing records that the definition names. */
function incompleteness(spec: PaginationSpec | undefined, answer: PageAnswer): SignOfMore | undefined {
  const { incompletePath: path, incompleteValues } = spec ?? {};
  const json = jsonAt(answer, path);
  if (path === undefined || json === undefined) return undefined;
  const text = textAtPath(answer, path) ?? '';
  const isIncomplete = incompleteValues?.includes(text) ?? !isNothing(json);
  return isIncomplete ? { name: path, words: `${path}: ${json}` } : undefined;
}

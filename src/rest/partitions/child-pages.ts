import { BridgeError } from '../../core/errors.ts';
import { inOrderConcurrently } from '../../core/in-order-concurrently.ts';
import type { Logger } from '../../core/log.ts';
import type { ParentsSpec } from '../../definitions/rest/types.ts';
import type { DefinitionWords } from '../definition-words.ts';
import { PARENTS_CONCURRENCY_DEFAULT, PARENTS_MAX_DEFAULT } from '../limits.ts';
import type { Page, RecordPages, Statement } from '../listing/page.ts';
import type { KeptPlace } from '../request/kept-place.ts';
import type { RecordText } from '../templates/record-templates.ts';
import type { ChildRequests, ListingSpec } from './child-requests.ts';
import { DistinctParents } from './distinct-parents.ts';
import { childProblem, tooManyParents } from './problems.ts';

interface ChildPagesPorts {
  readonly spec: ParentsSpec;
  /** The listing of parents. */
  readonly parents: RecordPages;
  readonly requests: ChildRequests;
  /**
   * Opens the listing of a parent's children.
   * @param missing called when the API says that the parent no longer exists; the listing then ends without a page
   */
  readonly open: (
    listing: ListingSpec,
    parent: RecordText,
    signal: AbortSignal,
    missing: () => void,
  ) => RecordPages;
  readonly log: Pick<Logger, 'warn'>;
  readonly words: DefinitionWords;
}

interface Parent {
  readonly record: RecordText;
  readonly listing: ListingSpec;
  /** From 1, in the order of the listing. */
  readonly number: number;
}

/** A child listing whose first page was requested. */
interface Child extends Parent {
  readonly pages: RecordPages;
  readonly iterator: AsyncIterator<Page, unknown>;
  readonly first: IteratorResult<Page, unknown>;
}

const NO_PLACE: KeptPlace = {
  because: 'a listing for each parent cannot be resumed',
  perhapsCursor: undefined,
};

/**
 * The child listings of all parents, read as one listing. They are in the order of their parents. While one of them is read, the
 * first pages of the next ones are requested, so at most `concurrency` pages are in memory.
 */
export class ChildPages implements RecordPages {
  readonly #ports: ChildPagesPorts;
  readonly #signal: AbortSignal;
  #current: RecordPages | undefined;
  #childrenShift = false;
  #pages = 0;
  #parents = 0;
  #missing = 0;
  #truncated = false;
  #cutOff = false;
  #hasEnded = false;

  constructor(ports: ChildPagesPorts, signal: AbortSignal) {
    this.#ports = ports;
    this.#signal = signal;
  }

  get shifts(): boolean {
    return this.#childrenShift || this.#ports.parents.shifts;
  }

  get statement(): Statement {
    if (!this.#hasEnded) throw new Error('The listing was not read to its end.');
    const parents = this.#ports.parents.statement;
    return {
      truncated: this.#truncated || parents.truncated || this.#areAllMissing,
      cutOff: this.#cutOff || parents.cutOff,
      rest: undefined,
      unchanged: false,
      validator: undefined,
      // A record can move from a parent that was not read yet to one that was.
      inPages: true,
    };
  }

  counted(fresh: number, records: number): void {
    this.#current?.counted(fresh, records);
  }

  moved(): void {
    this.#truncated = true;
    this.#current?.moved();
  }

  /** @throws BridgeError SOURCE_*; the reason of the signal when aborted */
  async *[Symbol.asyncIterator](): AsyncGenerator<Page, void> {
    const stop = new AbortController();
    const signal = AbortSignal.any([this.#signal, stop.signal]);
    const { concurrency = PARENTS_CONCURRENCY_DEFAULT } = this.#ports.spec;
    try {
      const begin = (parent: Parent) => this.#begin(parent, signal);
      for await (const child of inOrderConcurrently(concurrency, this.#distinctParents(), begin)) {
        yield* this.#pagesOf(child);
      }
    } finally {
      stop.abort();
    }
    if (this.#areAllMissing) {
      this.#ports.log.warn(
        'the API says of every parent that it does not exist, so nothing counts as missing',
        {
          parents: this.#parents,
        },
      );
    }
    this.#hasEnded = true;
  }

  /** An API that answers so about every parent has more likely lost a permission than all of them. */
  get #areAllMissing(): boolean {
    return this.#parents > 0 && this.#missing === this.#parents;
  }

  async *#distinctParents(): AsyncGenerator<Parent, void> {
    const { spec, parents, requests, words } = this.#ports;
    const { maxParents = PARENTS_MAX_DEFAULT } = spec;
    const distinct = new DistinctParents(spec.pagination?.inclusive ?? false);
    for await (const { bytes, records } of parents) {
      distinct.turn();
      let fresh = 0;
      for (const { start, end } of records) {
        const record = { bytes, start, end };
        const listing = requests.of(record);
        const { isNew, occurrence } = distinct.judge(record, listing);
        if (occurrence === 'moved') parents.moved();
        if (occurrence === 'new') fresh++;
        if (!isNew) continue;
        if (this.#parents >= maxParents) throw tooManyParents(maxParents, words);
        this.#parents++;
        yield { record, listing, number: this.#parents };
      }
      parents.counted(fresh, fresh);
    }
  }

  async #begin(parent: Parent, signal: AbortSignal): Promise<Child> {
    const pages = this.#ports.open(parent.listing, parent.record, signal, () => this.#missing++);
    this.#childrenShift ||= pages.shifts;
    const iterator = pages[Symbol.asyncIterator]();
    return { ...parent, pages, iterator, first: await this.#next(iterator, parent) };
  }

  async *#pagesOf(child: Child): AsyncGenerator<Page, void> {
    this.#current = child.pages;
    let { first: next } = child;
    while (next.done !== true) {
      const { bytes, records, answered, continues } = next.value;
      this.#pages++;
      yield {
        bytes,
        records,
        answered,
        first: this.#pages === 1,
        partition: child.number,
        ...(continues === undefined ? {} : { continues }),
        next: NO_PLACE,
      };
      next = await this.#next(child.iterator, child);
    }
    const { truncated, cutOff } = child.pages.statement;
    this.#truncated ||= truncated;
    this.#cutOff ||= cutOff;
  }

  async #next(
    iterator: AsyncIterator<Page, unknown>,
    { record }: Pick<Parent, 'record'>,
  ): Promise<IteratorResult<Page, unknown>> {
    try {
      return await iterator.next();
    } catch (thrown) {
      throw thrown instanceof BridgeError ? childProblem(thrown, record, this.#ports.words) : thrown;
    }
  }
}

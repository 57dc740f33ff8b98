import type { EntityPage, EntityRecord, ReadingEnd, UnusableRecord } from '../collection-reader.ts';
import { BridgeError } from '../../core/errors.ts';
import type { ListingRestart } from '../../definitions/app/types.ts';
import type { RestSpec } from '../../definitions/rest/types.ts';
import { IdHasher } from '../../pipeline/comparison/id-hasher.ts';
import { Overlap } from '../../rest/listing/overlap.ts';
import type { Page, RecordPages, Statement } from '../../rest/listing/page.ts';
import { APP_LISTING_RESTARTS_MAX } from '../limits.ts';
import type { AppReaders } from './collection-ports.ts';
import { isUnusable, type EntityRecords } from './entity-records.ts';

/** A listing of entities. */
export interface EntityListing {
  readonly spec: RestSpec;
  /** The path of its fields in the definition, for messages. */
  readonly at: string;
  readonly restart: ListingRestart | undefined;
  readonly records: EntityRecords;
  /** Set for a listing of changes: whether a record was known before, and is left out. */
  readonly isKnown: ((record: EntityRecord) => boolean) | undefined;
  /** Whether the listing never has every entity, by its definition. */
  readonly partial: boolean;
}

/**
 * Reads a listing of entities. If the API can no longer continue it, it begins again, so records may occur more than once.
 * @throws BridgeError SOURCE_*; the reason of the signal when aborted
 */
export async function* readListing(
  listing: EntityListing,
  readers: AppReaders,
  signal: AbortSignal,
): AsyncGenerator<EntityPage, ReadingEnd> {
  const { spec, at, restart, partial } = listing;
  for (let restarts = 0; ; restarts++) {
    const reader = readers.open(spec, at);
    try {
      const pages = reader.pages({ expiredStatuses: restart?.statuses }, signal);
      yield* entityPages(pages, listing);
      const { statement } = pages;
      return { incomplete: incompleteness(statement), partial, ...(statement.inPages && { inPages: true }) };
    } catch (thrown) {
      if (restarts >= APP_LISTING_RESTARTS_MAX || !mayRestart(thrown, listing)) throw thrown;
      readers.log.warn('the API can no longer continue the listing, so it begins again', {
        listing: at,
        because: thrown.message,
      });
    } finally {
      await reader.close();
    }
    const { afterSeconds = 0 } = restart ?? {};
    if (afterSeconds > 0) await readers.wait(afterSeconds * 1_000, signal);
  }
}

async function* entityPages(
  pages: RecordPages,
  { spec, records, isKnown }: EntityListing,
): AsyncGenerator<EntityPage, void> {
  const seen = new Occurrences(pages, spec.pagination?.inclusive ?? false, isKnown !== undefined);
  for await (const page of pages) {
    seen.turn(page);
    const found: EntityRecord[] = [];
    const unusable: UnusableRecord[] = [];
    for (const span of page.records) {
      const record = records.of(page.bytes, span, seen.next());
      if (isUnusable(record)) {
        unusable.push(record);
        continue;
      }
      seen.see(record.externalId);
      if (isKnown?.(record) !== true) found.push(record);
    }
    seen.report(page);
    yield { records: found, unusable, deletedIds: [], answered: page.answered };
  }
}

/** Tells a listing which of its records are new, so that it notices when records move from page to page. */
class Occurrences {
  readonly #pages: RecordPages;
  readonly #overlap: Overlap;
  readonly #hashes = new IdHasher();
  readonly #isOfChanges: boolean;
  #page = 0;
  #position = 0;
  #repeated = 0;

  constructor(pages: RecordPages, inclusive: boolean, isOfChanges: boolean) {
    this.#pages = pages;
    this.#overlap = new Overlap(inclusive);
    this.#isOfChanges = isOfChanges;
  }

  turn({ continues, partition }: Page): void {
    this.#repeated = 0;
    if (continues === true) return;
    this.#page++;
    this.#position = 0;
    this.#overlap.turn(partition);
  }

  /** The position of the next record. */
  next(): { page: number; position: number } {
    return { page: this.#page, position: ++this.#position };
  }

  see(id: string): void {
    this.#hashes.of(id);
    const occurrence = this.#overlap.judge({ high: this.#hashes.high, low: this.#hashes.low });
    if (occurrence === 'new' || occurrence === 'elsewhere') return;
    this.#repeated++;
    // A record that changes while changes are listed may be listed again, unless that moves others to pages that were read.
    if (occurrence === 'moved' && (!this.#isOfChanges || this.#pages.shifts)) this.#pages.moved();
  }

  report({ records }: Page): void {
    const fresh = records.length - this.#repeated;
    this.#pages.counted(fresh, this.#isOfChanges ? records.length : fresh);
  }
}

/** Says why a listing may lack entities; undefined if it is complete. */
export function incompleteness({ cutOff, truncated }: Statement): string | undefined {
  if (cutOff) return 'the listing is longer than pagination.maxPages allows, so its end was not read';
  return truncated
    ? 'the API says that there are more entities than it listed, or entities moved while they were listed; the log names the sign'
    : undefined;
}

/** Failures that may pass. For a scroll, a page that was lost cannot be requested again. */
const PASSING: ReadonlySet<string> = new Set([
  'SOURCE_LOST',
  'SOURCE_RATE_LIMITED',
  'SOURCE_TIMEOUT',
  'SOURCE_UNREACHABLE',
]);

function mayRestart(thrown: unknown, { spec, restart }: EntityListing): thrown is BridgeError {
  if (!(thrown instanceof BridgeError) || restart === undefined) return false;
  const { code, message, nextRunAfter } = thrown;
  if (code === 'SOURCE_PLACE_EXPIRED') return true;
  if (spec.pagination?.constantCursor === true && PASSING.has(code)) return nextRunAfter === undefined;
  // The message quotes the API.
  return code === 'SOURCE_REFUSED' && restart.words?.some((text) => message.includes(text)) === true;
}

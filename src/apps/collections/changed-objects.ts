import { inOrderConcurrently } from '../../core/in-order-concurrently.ts';
import { parsePath, withoutRoot, type FieldPath } from '../../core/text/field-path.ts';
import type { EventFeed } from '../../definitions/app/types.ts';
import type { RestReader } from '../../rest/reader.ts';
import type { EntityPage, EntityRecord, UnusableRecord } from '../collection-reader.ts';
import { APP_OBJECT_REQUESTS_CONCURRENT, APP_OBJECTS_PAGE_BYTES, APP_OBJECTS_PER_PAGE } from '../limits.ts';
import { isUnusable, type EntityRecords } from './entity-records.ts';
import { incompleteness } from './read-listing.ts';
import { isTrueAt } from './record-time.ts';

/** The statuses by which an API says that an object does not exist. */
const MISSING_STATUSES = [404, 410];

/** Even percent-encoded, such an id would lead to another path. */
const LEAVES_PATH = /^\.{1,2}$/;

/** What reading one object again found. */
interface ChangedObject {
  readonly id: string;
  readonly records: readonly EntityRecord[];
  readonly unusable: readonly UnusableRecord[];
  readonly isDeleted: boolean;
  readonly incomplete: string | undefined;
}

/** Reads changed objects again, each by its id. */
export class ChangedObjects {
  readonly #feed: EventFeed['events'];
  readonly #reader: Pick<RestReader, 'pages'>;
  readonly #records: EntityRecords;
  readonly #deleted: FieldPath | undefined;
  /** Why entities may be missing, after all objects were read. */
  incomplete: string | undefined;

  constructor(feed: EventFeed['events'], reader: Pick<RestReader, 'pages'>, records: EntityRecords) {
    this.#feed = feed;
    this.#reader = reader;
    this.#records = records;
    this.#deleted = feed.deletedPath === undefined ? undefined : parsePath(withoutRoot(feed.deletedPath));
  }

  /**
   * @param answered the time of the listing of events by the API's own clock
   * @throws BridgeError SOURCE_*; the reason of the signal when aborted
   */
  async *pages(
    ids: ReadonlySet<string>,
    answered: Date | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<EntityPage, void> {
    const stop = new AbortController();
    const alive = AbortSignal.any([signal, stop.signal]);
    const read = (id: string) => this.#read(id, alive);
    let page = new GrowingPage();
    try {
      for await (const object of inOrderConcurrently(APP_OBJECT_REQUESTS_CONCURRENT, ids, read)) {
        this.incomplete ??= object.incomplete;
        page.add(object, this.#deletedIdOf(object));
        if (!page.isFull) continue;
        yield page.of(answered);
        page = new GrowingPage();
      }
    } finally {
      stop.abort();
    }
    // Without any change there is one page too: it has the time of the response.
    yield page.of(answered);
  }

  /** An object that lists entities is not one of them, so their ids are unknown when it is gone. */
  #deletedIdOf({ id, isDeleted }: ChangedObject): string | undefined {
    return isDeleted && this.#feed.objectRecordsPath === undefined ? id : undefined;
  }

  async #read(id: string, signal: AbortSignal): Promise<ChangedObject> {
    if (LEAVES_PATH.test(id)) return unreadable(id);
    let isDeleted = false;
    const missing = {
      statuses: MISSING_STATUSES,
      report: () => {
        isDeleted = true;
      },
    };
    const records: EntityRecord[] = [];
    const unusable: UnusableRecord[] = [];
    const pages = this.#reader.pages({ since: id, missing }, signal);
    let number = 0;
    for await (const page of pages) {
      number++;
      for (const [index, span] of page.records.entries()) {
        if (this.#deleted !== undefined && isTrueAt(page.bytes, span.start, this.#deleted)) {
          isDeleted = true;
          continue;
        }
        const record = this.#records.of(page.bytes, span, { page: number, position: index + 1 });
        if (isUnusable(record)) unusable.push(record);
        else records.push(record);
      }
    }
    return { id, records, unusable, isDeleted, incomplete: incompleteness(pages.statement) };
  }
}

function unreadable(id: string): ChangedObject {
  const message = `An event names the object ${JSON.stringify(id)}, which cannot be part of an address.`;
  const unusable = [{ code: 'APP_RECORD_UNUSABLE', message }];
  return { id, records: [], unusable, isDeleted: false, incomplete: undefined };
}

/** Objects that are passed on together. */
class GrowingPage {
  readonly #records: EntityRecord[] = [];
  readonly #unusable: UnusableRecord[] = [];
  readonly #deletedIds: string[] = [];
  #objects = 0;
  #bytes = 0;

  add({ records, unusable }: ChangedObject, deletedId: string | undefined): void {
    this.#objects++;
    for (const record of records) {
      this.#records.push(record);
      this.#bytes += record.payload.length;
    }
    this.#unusable.push(...unusable);
    if (deletedId !== undefined) this.#deletedIds.push(deletedId);
  }

  get isFull(): boolean {
    return this.#objects >= APP_OBJECTS_PER_PAGE || this.#bytes >= APP_OBJECTS_PAGE_BYTES;
  }

  of(answered: Date | undefined): EntityPage {
    return { records: this.#records, unusable: this.#unusable, deletedIds: this.#deletedIds, answered };
  }
}

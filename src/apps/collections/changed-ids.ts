import { BridgeError } from '../../core/errors.ts';
import { parsePath, withoutRoot, type FieldPath } from '../../core/text/field-path.ts';
import type { EventFeed } from '../../definitions/app/types.ts';
import { plainText, valueAtPath } from '../../json/path.ts';
import type { RecordPages } from '../../rest/listing/page.ts';
import { APP_CHANGED_OBJECTS_MAX, APP_EVENTS_SETTLE_SECONDS } from '../limits.ts';
import { idIn } from './entity-records.ts';
import { incompleteness } from './read-listing.ts';
import { timeAt } from './record-time.ts';

/** The objects that events say have changed. */
export interface ChangedIds {
  /** In the order of their first event in the listing. */
  readonly ids: ReadonlySet<string>;
  /** There were more than `APP_CHANGED_OBJECTS_MAX`, so the others are unknown. */
  readonly tooMany: boolean;
  /** The time of the first response by the API's own clock. */
  readonly answered: Date | undefined;
  /** Why events may be missing. */
  readonly incomplete: string | undefined;
}

/**
 * Collects the ids of changed objects. Events only say which objects to read: they may be late, doubled or out of order, and their
 * copy of an object may be older than the object.
 * @param now the present, if the API does not send it
 * @throws BridgeError SOURCE_*; the reason of the signal when aborted
 */
export async function changedIds(
  pages: RecordPages,
  feed: EventFeed['events'],
  { now, at }: { now: Date; at: string },
): Promise<ChangedIds> {
  const events = new EventReader(feed);
  const ids = new Set<string>();
  let answered: Date | undefined;
  let number = 0;
  for await (const page of pages) {
    number++;
    answered ??= page.answered;
    const settledMs = (answered ?? now).getTime() - APP_EVENTS_SETTLE_SECONDS * 1_000;
    for (const [index, { start }] of page.records.entries()) {
      if (!events.concerns(page.bytes, start, settledMs)) continue;
      const id = events.objectId(page.bytes, start);
      if (id === undefined) throw noObject({ page: number, position: index + 1 }, feed, at);
      ids.add(id);
      if (ids.size > APP_CHANGED_OBJECTS_MAX) return { ids, tooMany: true, answered, incomplete: undefined };
    }
  }
  return { ids, tooMany: false, answered, incomplete: incompleteness(pages.statement) };
}

class EventReader {
  readonly #type: FieldPath;
  readonly #id: FieldPath;
  readonly #time: FieldPath | undefined;
  readonly #names: ReadonlySet<string>;
  readonly #prefixes: readonly string[];

  constructor({ typePath, objectIdPath, timePath, types, deletedTypes = [] }: EventFeed['events']) {
    this.#type = parsePath(withoutRoot(typePath));
    this.#id = parsePath(withoutRoot(objectIdPath));
    this.#time = timePath === undefined ? undefined : parsePath(withoutRoot(timePath));
    const all = [...types, ...deletedTypes];
    this.#names = new Set(all.filter((type) => !type.endsWith('*')));
    this.#prefixes = all.filter((type) => type.endsWith('*')).map((type) => type.slice(0, -1));
  }

  /** Whether an event is about an object of the collection, and so old that no earlier event can still come. */
  concerns(bytes: Buffer, start: number, settledMs: number): boolean {
    const value = valueAtPath(bytes, start, this.#type);
    const type = value === undefined ? '' : plainText(bytes, value);
    if (!this.#names.has(type) && !this.#prefixes.some((prefix) => type.startsWith(prefix))) return false;
    const time = this.#time && timeAt(bytes, start, this.#time);
    return time === undefined || time.ms <= settledMs;
  }

  objectId(bytes: Buffer, start: number): string | undefined {
    return idIn(bytes, valueAtPath(bytes, start, this.#id));
  }
}

function noObject(
  { page, position }: { page: number; position: number },
  { objectIdPath }: EventFeed['events'],
  at: string,
): BridgeError {
  return new BridgeError(
    'SOURCE_RECORDS_MISSING',
    `Event ${position} of page ${page} has no text or number at ${objectIdPath}, so the object that changed is unknown.`,
    { hint: `Correct ${at}.objectIdPath: the path of the object's id in an event.` },
  );
}

import type { CollectionReader, EntityPage, EntityRecord, ReadingEnd } from '../collection-reader.ts';
import { durationSeconds } from '../../core/time/duration.ts';
import type { AppCollection, AppSpec, ChangedSince, EventFeed } from '../../definitions/app/types.ts';
import { APP_CHANGED_OBJECTS_MAX, APP_EVENTS_SETTLE_SECONDS } from '../limits.ts';
import type { SyncMode } from '../sync-result.ts';
import { ChangedObjects } from './changed-objects.ts';
import { changedIds, type ChangedIds } from './changed-ids.ts';
import type { AppReaders } from './collection-ports.ts';
import { EntityRecords } from './entity-records.ts';
import { ListingSpecs } from './listing-specs.ts';
import { readListing } from './read-listing.ts';
import { isKnownSince, sinceTimes, type SinceTimes } from './since.ts';

/** Reads one collection: its whole listing, its listing of changes, or the objects that events name. */
export class ListedCollection implements CollectionReader {
  readonly collectionKey: string;
  readonly #collection: AppCollection;
  readonly #specs: ListingSpecs;
  readonly #readers: AppReaders;
  readonly #records: EntityRecords;
  readonly #at: string;

  /** @param at the path of the collection in the definition, for messages */
  constructor(app: AppSpec, collection: AppCollection, readers: AppReaders, at: string) {
    this.collectionKey = collection.key;
    this.#collection = collection;
    this.#specs = new ListingSpecs(app, collection);
    this.#readers = readers;
    this.#records = new EntityRecords(collection, at);
    this.#at = at;
  }

  modeFor(
    mode: SyncMode,
    since: Date | undefined,
    now: Date,
  ): { readonly mode: SyncMode; readonly because: string | undefined } {
    const { incremental } = this.#collection;
    if (mode === 'full') return { mode, because: undefined };
    if (incremental === undefined)
      return { mode: 'full', because: 'the collection does not define how changes are requested' };
    if (since === undefined) return { mode: 'full', because: 'there is no earlier sync to continue from' };
    if (!('events' in incremental)) return { mode, because: undefined };
    const { keptFor } = incremental.events;
    const age = (now.getTime() - eventTimes(incremental, since).asked.getTime()) / 1_000;
    if (age <= (durationSeconds(keptFor) ?? 0)) return { mode, because: undefined };
    const last = since.toISOString();
    return {
      mode: 'full',
      because: `the API keeps events for ${keptFor}, and the last sync began at ${last}`,
    };
  }

  async *read(since: Date | undefined, signal: AbortSignal): AsyncGenerator<EntityPage, ReadingEnd> {
    signal.throwIfAborted();
    const { incremental } = this.#collection;
    if (since === undefined || incremental === undefined) return yield* this.#readAll(signal);
    if ('events' in incremental) return yield* this.#readByEvents(incremental, since, signal);
    return yield* this.#readChanged(incremental, since, signal);
  }

  #readAll(signal: AbortSignal): AsyncGenerator<EntityPage, ReadingEnd> {
    const { pagination } = this.#collection;
    const listing = {
      spec: this.#specs.whole(),
      restart: pagination?.restart,
      isKnown: undefined,
      ...this.#shared(),
    };
    return readListing(listing, this.#readers, signal);
  }

  #readChanged(
    incremental: ChangedSince,
    since: Date,
    signal: AbortSignal,
  ): AsyncGenerator<EntityPage, ReadingEnd> {
    const pagination = incremental.pagination ?? this.#collection.pagination;
    const times = sinceTimes(since, incremental);
    const listing = {
      spec: this.#specs.changed(incremental, times),
      restart: pagination?.restart,
      isKnown: this.#isKnown(incremental, times),
      ...this.#shared(),
    };
    return readListing(listing, this.#readers, signal);
  }

  /** An API that rounds times is asked for more than what changed. */
  #isKnown({ granularity = 'second' }: ChangedSince, times: SinceTimes): (record: EntityRecord) => boolean {
    if (granularity === 'second') return () => false;
    return (record) => {
      const { ms, isDate = false } = this.#records.updatedAt(record) ?? {};
      return isKnownSince(times, ms, { granularity, isDate });
    };
  }

  async *#readByEvents(
    incremental: EventFeed,
    since: Date,
    signal: AbortSignal,
  ): AsyncGenerator<EntityPage, ReadingEnd> {
    const { events } = incremental;
    const changed = await this.#changedIds(incremental, since, signal);
    if (changed.tooMany) {
      this.#readers.log.warn(
        'more objects have changed than are read one by one, so the whole listing is read; only a full sync finds what was deleted meanwhile',
        { collection: this.collectionKey, objectsMax: APP_CHANGED_OBJECTS_MAX },
      );
      return yield* this.#readAll(signal);
    }
    const reader = this.#readers.open(this.#specs.object(events), this.#eventsAt);
    try {
      const objects = new ChangedObjects(events, reader, this.#records);
      yield* objects.pages(changed.ids, changed.answered, signal);
      return { incomplete: changed.incomplete ?? objects.incomplete, partial: this.#shared().partial };
    } finally {
      await reader.close();
    }
  }

  async #changedIds(incremental: EventFeed, since: Date, signal: AbortSignal): Promise<ChangedIds> {
    const { events } = incremental;
    const { asked } = eventTimes(incremental, since);
    const at = this.#eventsAt;
    const reader = this.#readers.open(this.#specs.events(events, asked), at);
    try {
      return await changedIds(reader.pages({}, signal), events, { now: this.#readers.clock.now(), at });
    } finally {
      await reader.close();
    }
  }

  #shared(): { at: string; records: EntityRecords; partial: boolean } {
    return { at: this.#at, records: this.#records, partial: this.#collection.listing === 'partial' };
  }

  get #eventsAt(): string {
    return `${this.#at}.incremental.events`;
  }
}

/** Events of the last minute before a sync were left for the next one, so it begins at least a minute earlier. */
function eventTimes({ events }: EventFeed, since: Date): SinceTimes {
  const settle = events.timePath === undefined ? 0 : APP_EVENTS_SETTLE_SECONDS;
  const { overlap } = events;
  return sinceTimes(since, overlap === undefined ? {} : { overlap }, settle);
}

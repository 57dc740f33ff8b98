import type {
  CollectionReader,
  EntityPage,
  EntityRecord,
  ReadingEnd,
} from '../../../src/apps/collection-reader.ts';

interface ItemOptions {
  readonly archivedAt?: string | null;
  readonly archived?: boolean;
}

/** A record whose payload is given as an object or as JSON text. */
export function item(
  externalId: string,
  payload: string | object = {},
  { archivedAt = null, archived = archivedAt !== null }: ItemOptions = {},
): EntityRecord {
  const json = typeof payload === 'string' ? payload : JSON.stringify({ id: externalId, ...payload });
  return { externalId, payload: Buffer.from(json), archivedAt, archived };
}

export function pageOf(records: readonly EntityRecord[], more: Partial<EntityPage> = {}): EntityPage {
  return { records, unusable: [], deletedIds: [], answered: undefined, ...more };
}

interface ReaderOptions {
  readonly key?: string;
  readonly end?: Partial<ReadingEnd>;
  /** Called before each page, with its index and the time that was asked for. */
  readonly before?: (page: number, since: Date | undefined) => void | Promise<void>;
  readonly incremental?: boolean;
}

/** A reader of pages that are computed when a reading begins. It records the times that it was asked for. */
export function listing(
  pages: readonly EntityPage[] | ((since: Date | undefined) => readonly EntityPage[]),
  { key = 'shop_item', end = {}, before, incremental = true }: ReaderOptions = {},
): CollectionReader & { readonly asked: (Date | undefined)[] } {
  const asked: (Date | undefined)[] = [];
  return {
    asked,
    collectionKey: key,
    modeFor(mode, since) {
      if (since === undefined) return { mode: 'full', because: undefined };
      return incremental ? { mode, because: undefined } : { mode: 'full', because: 'it has no filter' };
    },
    async *read(since, signal) {
      asked.push(since);
      let number = 0;
      for (const page of typeof pages === 'function' ? pages(since) : pages) {
        signal.throwIfAborted();
        await before?.(number++, since);
        yield page;
      }
      await before?.(number, since);
      return { incomplete: undefined, partial: false, ...end };
    },
  };
}

/** Pages of some records each. */
export function pagesOf(records: readonly EntityRecord[], size: number): EntityPage[] {
  const pages: EntityPage[] = [];
  for (let at = 0; at < records.length; at += size) pages.push(pageOf(records.slice(at, at + size)));
  return pages;
}

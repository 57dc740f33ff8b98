import type { AppCollection, AppSpec, ChangedSince, EventFeed } from '../../definitions/app/types.ts';
import type { ParentsSpec, RestSpec } from '../../definitions/rest/types.ts';
import { sinceValue, type SinceTimes } from './since.ts';
import {
  boundPath,
  boundPayload,
  mergedPayload,
  pathWithoutSince,
  withoutSince,
  withParameter,
} from './since-payload.ts';

/** The parts of a collection that one listing uses. */
type Listed = Partial<AppCollection> & Pick<AppCollection, 'path'>;

/** In an address, the REST reader replaces this text by a value that is given with the request, percent-encoded: here the id of an object. */
const OBJECT_ID = ':watermark';

/** The specs of the listings of one collection, as the REST reader takes them. */
export class ListingSpecs {
  readonly #app: AppSpec;
  readonly #collection: AppCollection;

  constructor(app: AppSpec, collection: AppCollection) {
    this.#app = app;
    this.#collection = collection;
  }

  /** The listing of everything: it has no filter by time. */
  whole(): RestSpec {
    const { path, payload, parents, incremental, ...listed } = this.#collection;
    // Outside of its query, a path needs a time, and everything has changed since this one.
    const format = incremental === undefined || 'events' in incremental ? undefined : incremental.format;
    const ever = sinceValue(new Date(0), format);
    return this.#spec({
      ...listed,
      path: boundPath(pathWithoutSince(path), ever),
      ...(payload === undefined ? {} : { payload: withoutSince(payload) }),
      ...(parents === undefined ? {} : { parents: parentsWithoutSince(parents) }),
    });
  }

  /** The listing of what changed since a time. */
  changed(since: ChangedSince, { asked }: SinceTimes): RestSpec {
    const { path, payload = {}, parents, method = 'GET', pagination, ...listed } = this.#collection;
    const value = sinceValue(asked, since.format);
    const { parameter } = since;
    const sent = since.method ?? method;
    const merged = mergedPayload(payload, since.payload ?? {});
    const named = parameter === undefined ? merged : withParameter(merged, parameter, value, sent === 'POST');
    const changedPagination = since.pagination ?? pagination;
    return this.#spec({
      ...listed,
      path: boundPath(since.path ?? path, value),
      method: sent,
      payload: boundPayload(named, value),
      ...(changedPagination === undefined ? {} : { pagination: changedPagination }),
      ...(parents === undefined ? {} : { parents: changedParents(parents, since.parents ?? {}, value) }),
    });
  }

  /** The listing of events since a time. */
  events({ path, parameter, format, recordsPath, pagination }: EventFeed['events'], asked: Date): RestSpec {
    const value = sinceValue(asked, format);
    return this.#spec({
      path: boundPath(path, value),
      payload: { [parameter]: value },
      ...this.#sharedParts(),
      ...(recordsPath === undefined ? {} : { recordsPath }),
      ...(pagination === undefined ? {} : { pagination }),
    });
  }

  /** One object, or a listing of its entities, whose id takes the place of `OBJECT_ID`. */
  object({ objectPath, objectRecordsPath, objectPagination }: EventFeed['events']): RestSpec {
    const { fields, detail } = this.#collection;
    return this.#spec({
      path: objectPath.replaceAll('{id}', OBJECT_ID),
      recordsPath: objectRecordsPath ?? '$',
      ...this.#sharedParts(),
      ...(fields === undefined ? {} : { fields }),
      ...(detail === undefined ? {} : { detail }),
      ...(objectPagination === undefined ? {} : { pagination: objectPagination }),
    });
  }

  #sharedParts(): Pick<AppCollection, 'headers' | 'ignoreSigns'> {
    const { headers, ignoreSigns } = this.#collection;
    return {
      ...(headers === undefined ? {} : { headers }),
      ...(ignoreSigns === undefined ? {} : { ignoreSigns }),
    };
  }

  #spec({ path, parents, detail, ...listed }: Listed): RestSpec {
    const { baseUrl, headers, ...app } = this.#app;
    return {
      ...app,
      ...listed,
      url: addressOf(baseUrl, path),
      headers: { ...headers, ...listed.headers },
      ...(parents === undefined ? {} : { parents: { ...parents, url: addressOf(baseUrl, parents.url) } }),
      ...(detail === undefined ? {} : { detail: { ...detail, url: addressOf(baseUrl, detail.url) } }),
    };
  }
}

/** An absolute address stays; anything else is a path of the app, so it cannot lead to another host. */
function addressOf(baseUrl: string, path: string): string {
  if (/^https?:\/\//i.test(path)) return path;
  let end = baseUrl.length;
  while (baseUrl[end - 1] === '/') end--;
  return `${baseUrl.slice(0, end)}/${path.replace(/^\/+/, '')}`;
}

function parentsWithoutSince({ url, payload, ...parents }: ParentsSpec): ParentsSpec {
  return {
    ...parents,
    url: pathWithoutSince(url),
    ...(payload === undefined ? {} : { payload: withoutSince(payload) }),
  };
}

function changedParents(
  own: ParentsSpec,
  changed: Partial<ParentsSpec>,
  value: ReturnType<typeof sinceValue>,
): ParentsSpec {
  const merged = { ...own, ...changed };
  const payload = mergedPayload(own.payload ?? {}, changed.payload ?? {});
  return { ...merged, url: boundPath(merged.url, value), payload: boundPayload(payload, value) };
}

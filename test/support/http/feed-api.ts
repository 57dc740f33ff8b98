import { json, type Reply, type ReceivedRequest } from './http-server.ts';

/** A record of a feed at one time. */
export interface FeedRecord {
  readonly id: string;
  readonly name: string;
  readonly deleted?: boolean;
}

/** The changes after a position that one page has, and where the feed continues. */
export interface FeedPage {
  readonly records: readonly FeedRecord[];
  /** The place of the next page, or of the next run after the last page: `<position>.<offset>`. */
  readonly place: string;
  readonly isLast: boolean;
}

const PAGE_SIZE = 2;

/**
 * A feed of changes that behaves as Microsoft Graph, Google, Contentful and Zendesk document theirs: without a place it lists what
 * exists, and with one each record that changed since, in its latest version. Places expire on command.
 */
export class FeedApi {
  /** Places that are answered 410. */
  readonly expired = new Set<string>();
  readonly #log: FeedRecord[] = [];

  change(...records: readonly FeedRecord[]): void {
    this.#log.push(...records);
  }

  /** @returns undefined for an expired place */
  page(place: string | undefined): FeedPage | undefined {
    if (place !== undefined && this.expired.has(place)) return undefined;
    const [position = 0, offset = 0, end = this.#log.length] = (place ?? '')
      .split('.')
      .filter(Boolean)
      .map(Number);
    const latest = new Map(this.#log.slice(position, end).map((record) => [record.id, record]));
    const records = [...latest.values()].filter(({ deleted }) => position > 0 || deleted !== true);
    const next = offset + PAGE_SIZE;
    const isLast = next >= records.length;
    return {
      records: records.slice(offset, next),
      place: isLast ? String(end) : `${position}.${next}.${end}`,
      isLast,
    };
  }

  /** Answers requests with this feed. @param placeOf finds the place in a request @param write makes the body of a page */
  reply(
    placeOf: (query: URLSearchParams, request: ReceivedRequest) => string | undefined,
    write: (page: FeedPage, origin: string) => unknown,
  ): Reply {
    return (response, request) => {
      const origin = `http://${request.headers.host ?? ''}`;
      const page = this.page(placeOf(new URL(request.url, origin).searchParams, request));
      const answer =
        page === undefined ? json(410, { code: 'resyncRequired' }) : json(200, write(page, origin));
      answer(response, request);
    };
  }
}

/** `/delta` of Microsoft Graph. */
export function graphDelta(api: FeedApi): Reply {
  return api.reply(
    (query) => query.get('$skiptoken') ?? query.get('$deltatoken') ?? undefined,
    ({ records, place, isLast }, origin) => ({
      value: records.map(({ id, name, deleted }) =>
        deleted === true ? { id, '@removed': { reason: 'deleted' } } : { id, name },
      ),
      ...(isLast
        ? { '@odata.deltaLink': `${origin}/delta?$deltatoken=${place}` }
        : { '@odata.nextLink': `${origin}/delta?$skiptoken=${place}` }),
    }),
  );
}

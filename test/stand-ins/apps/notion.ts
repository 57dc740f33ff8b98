import type { ReceivedRequest, Reply } from '../../support/http/http-server.ts';
import { askedOf } from '../rest/asked.ts';
import { exactJson } from './exact-json.ts';

export const NOTION_TOKEN = 'ntn_1234Secret';

interface NotionPage {
  readonly id: string;
  readonly source: string;
  readonly title: string;
  readonly createdMs: number;
  readonly editedMs: number;
  readonly inTrash: boolean;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface TimeFilter {
  readonly timestamp: 'last_edited_time' | 'created_time';
  readonly last_edited_time?: { readonly on_or_after?: string };
  readonly created_time?: { readonly on_or_after?: string };
}

interface Query {
  readonly filter?: TimeFilter & { readonly property?: string; readonly value?: string };
  readonly sorts?: readonly { readonly timestamp: string; readonly direction: string }[];
  readonly start_cursor?: string;
  readonly page_size?: number;
}

const MINUTE_MS = 60_000;
const PAGE_SIZE_MAX = 100;
const VERSION = '2025-09-03';
const QUERY_KEYS = ['filter', 'sorts', 'start_cursor', 'page_size'];

const minute = (ms: number): string => new Date(Math.floor(ms / MINUTE_MS) * MINUTE_MS).toISOString();

/**
 * Notion as it is documented: times are rounded down to the minute, a query ends at 10,000 results with `has_more: false` and
 * `request_status: incomplete`, pages in the trash leave the query, and a search does not find every data source.
 */
export class NotionStandIn {
  nowMs: number;
  /** Results of one query at most. */
  resultsMax = 10_000;
  /** Data sources that the search does not find. */
  readonly notFound = new Set<string>();
  readonly requests: ReceivedRequest[] = [];
  readonly #pages = new Map<string, NotionPage>();
  readonly #sources = new Map<string, readonly string[]>();
  readonly #users: string[] = [];

  constructor(now: Date) {
    this.nowMs = now.getTime();
  }

  /** @param properties names of properties besides the title; their ids are unique in their data source only */
  addSource(id: string, properties: readonly string[] = []): void {
    this.#sources.set(id, properties);
  }

  addUser(id: string): void {
    this.#users.push(id);
  }

  put(id: string, source: string, title: string): void {
    const createdMs = this.#pages.get(id)?.createdMs ?? this.nowMs;
    this.#pages.set(id, { id, source, title, createdMs, editedMs: this.nowMs, inTrash: false });
  }

  trash(id: string): void {
    const page = this.#pages.get(id);
    if (page !== undefined) this.#pages.set(id, { ...page, inTrash: true });
  }

  readonly reply: Reply = (response, request) => {
    this.requests.push(request);
    const { status, body } = this.#answer(request);
    response.writeHead(status, {
      'content-type': 'application/json',
      date: new Date(this.nowMs).toUTCString(),
    });
    response.end(exactJson(body));
  };

  #answer(request: ReceivedRequest): Answer {
    const { headers, method, body } = request;
    if (headers.authorization !== `Bearer ${NOTION_TOKEN}`)
      return failed(401, 'unauthorized', 'API token is invalid.');
    if (headers['notion-version'] !== VERSION)
      return failed(400, 'missing_version', 'Notion-Version header failed validation.');
    const { path, query } = askedOf(request);
    const [, , list, id, action] = path.split('/');
    if (method === 'GET' && list === 'users' && id === undefined) {
      return paged(
        this.#users.map((user) => ({ object: 'user', id: user, type: 'person' })),
        { page_size: Number(query.get('page_size') ?? PAGE_SIZE_MAX), ...startOf(query.get('start_cursor')) },
        'user',
      );
    }
    if (method !== 'POST') return failed(400, 'invalid_request_url', 'Invalid request URL.');
    const asked = JSON.parse(body) as Query;
    const unknown = Object.keys(asked).find((key) => !QUERY_KEYS.includes(key));
    if (unknown !== undefined)
      return failed(400, 'validation_error', `body.${unknown} should be not present.`);
    if (list === 'search') return this.#search(asked);
    return list === 'data_sources' && action === 'query'
      ? this.#query(id ?? '', asked)
      : failed(404, 'object_not_found', '');
  }

  #search(asked: Query): Answer {
    if (asked.filter?.property !== 'object' || asked.filter.value !== 'data_source')
      return failed(400, 'validation_error', 'body.filter.value should be "page" or "data_source".');
    const found = [...this.#sources]
      .filter(([id]) => !this.notFound.has(id))
      .map(([id, names]) => ({
        object: 'data_source',
        id,
        created_time: minute(0),
        last_edited_time: minute(0),
        in_trash: false,
        properties: Object.fromEntries([
          ['Name', { id: 'title', name: 'Name', type: 'title', title: {} }],
          ...names.map(
            (name, index) => [name, { id: `p%3A${index}`, name, type: 'rich_text', rich_text: {} }] as const,
          ),
        ]),
      }));
    return paged(found, asked, 'page_or_data_source');
  }

  #query(id: string, asked: Query): Answer {
    if (!this.#sources.has(id))
      return failed(404, 'object_not_found', `Could not find data_source with ID: ${id}.`);
    const { filter, sorts = [] } = asked;
    const from = (time: 'last_edited_time' | 'created_time') =>
      filter?.timestamp === time ? (filter[time]?.on_or_after ?? '') : '';
    const sort = sorts[0]?.timestamp === 'created_time' ? 'createdMs' : 'editedMs';
    const direction = sorts[0]?.direction === 'ascending' ? 1 : -1;
    const found = [...this.#pages.values()]
      .filter(
        ({ source, inTrash, editedMs, createdMs }) =>
          source === id &&
          !inTrash &&
          minute(editedMs) >= from('last_edited_time') &&
          minute(createdMs) >= from('created_time'),
      )
      .sort((one, other) => direction * (one[sort] - other[sort]))
      .map(pageOf);
    const isCut = found.length > this.resultsMax;
    const answer = paged(found.slice(0, this.resultsMax), asked, 'page_or_data_source');
    if (answer.status !== 200) return answer;
    const { has_more: hasMore } = answer.body as { has_more: boolean };
    const status =
      isCut && !hasMore
        ? { type: 'incomplete', incomplete_reason: 'query_result_limit_reached' }
        : { type: 'complete' };
    return { status: 200, body: { ...(answer.body as object), request_status: status } };
  }
}

export function rateLimited(seconds: number): Reply {
  return (response) => {
    response.writeHead(429, { 'content-type': 'application/json', 'retry-after': String(seconds) });
    response.end(
      JSON.stringify(failed(429, 'rate_limited', 'You have been rate limited. Please try again later.').body),
    );
  };
}

function failed(status: number, code: string, message: string): Answer {
  return { status, body: { object: 'error', status, code, message, request_id: 'r-1' } };
}

const pageOf = ({ id, source, title, createdMs, editedMs, inTrash }: NotionPage) => ({
  object: 'page',
  id,
  created_time: minute(createdMs),
  last_edited_time: minute(editedMs),
  archived: inTrash,
  in_trash: inTrash,
  parent: { type: 'data_source_id', data_source_id: source },
  properties: { Name: { id: 'title', type: 'title', title: [{ type: 'text', plain_text: title }] } },
});

const startOf = (cursor: string | null) => (cursor === null ? {} : { start_cursor: cursor });

function paged(
  all: readonly object[],
  { page_size: size = PAGE_SIZE_MAX, start_cursor: cursor }: Query,
  type: string,
): Answer {
  if (size < 1 || size > PAGE_SIZE_MAX)
    return failed(400, 'validation_error', 'body.page_size should be a number less than or equal to 100.');
  const from = cursor === undefined ? 0 : Number(/^c(\d+)$/.exec(cursor)?.[1] ?? NaN);
  if (Number.isNaN(from)) return failed(400, 'validation_error', 'The start_cursor provided is invalid.');
  const end = from + size;
  return {
    status: 200,
    body: {
      object: 'list',
      results: all.slice(from, end),
      next_cursor: end < all.length ? `c${end}` : null,
      has_more: end < all.length,
      type,
    },
  };
}

import type { ReceivedRequest, Reply } from '../../support/http/http-server.ts';
import { askedOf, type Asked } from '../rest/asked.ts';
import { exactJson } from './exact-json.ts';

export const INTERCOM_TOKEN = 'dG9rOmludGVyY29tX3NlY3JldA==';

/** A contact, company, conversation or part, with the times of its creation and last change in seconds. */
interface IntercomObject {
  readonly id: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly [key: string]: unknown;
}

type Kind = 'contact' | 'company' | 'conversation' | 'admin';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const DAY_SECONDS = 86_400;
const PER_PAGE_MAX = 150;
const PER_PAGE_DEFAULT = 50;
const SCROLL_IDLE_SECONDS = 60;
const FILTERS_MAX = 15;
const NESTING_MAX = 2;
const OPERATORS = ['=', '!=', 'IN', 'NIN', '<', '>', '~', '!~', '^', '$'];
const LISTS: Readonly<Record<string, { kind: Kind; key: string }>> = {
  contacts: { kind: 'contact', key: 'data' },
  conversations: { kind: 'conversation', key: 'conversations' },
};

/**
 * Intercom as it is documented: a search has no operator "at least", and compares the times of contacts by UTC day; companies are
 * listed by a scroll, of which an app has one, and which expires after a minute without a request; a conversation has its parts only
 * when it is read alone.
 */
export class IntercomStandIn {
  /** The present, in seconds. */
  now: number;
  /** Companies on a page of a scroll; Intercom has 100. */
  scrollSize = 100;
  readonly requests: ReceivedRequest[] = [];
  readonly #objects: Readonly<Record<Kind, Map<string, IntercomObject>>> = {
    contact: new Map(),
    company: new Map(),
    conversation: new Map(),
    admin: new Map(),
  };
  readonly #parts = new Map<string, IntercomObject[]>();
  #scroll: { readonly id: string; readonly ids: readonly string[]; at: number; lastUsed: number } | undefined;
  #scrolls = 0;

  constructor(now: Date) {
    this.now = Math.floor(now.getTime() / 1_000);
  }

  put(kind: Kind, id: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const known = this.#objects[kind].get(id);
    const created = known?.created_at ?? this.now;
    this.#objects[kind].set(id, {
      ...known,
      type: kind,
      id,
      created_at: created,
      updated_at: this.now,
      ...fields,
    });
  }

  answer(conversation: string, id: string, body: string): void {
    const part = { type: 'conversation_part', id, body, created_at: this.now, updated_at: this.now };
    this.#parts.set(conversation, [...(this.#parts.get(conversation) ?? []), part]);
    this.put('conversation', conversation);
  }

  remove(kind: Kind, id: string): void {
    this.#objects[kind].delete(id);
  }

  readonly reply: Reply = (response, request) => {
    this.requests.push(request);
    const { status, body } = this.#answer(request);
    response.writeHead(status, {
      'content-type': 'application/json',
      'intercom-version': '2.14',
      date: new Date(this.now * 1_000).toUTCString(),
    });
    response.end(exactJson(body));
  };

  /** The answer to a request beyond the limit: the time at which it ends is a header in seconds since 1970. */
  rateLimited(seconds: number): Reply {
    return (response) => {
      response.writeHead(429, {
        'content-type': 'application/json',
        'x-ratelimit-limit': '1666',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(this.now + seconds),
      });
      response.end(
        JSON.stringify(failed(429, 'rate_limit_exceeded', 'You have exceeded the rate limit.').body),
      );
    };
  }

  #answer(request: ReceivedRequest): Answer {
    const { headers, method, body } = request;
    if (headers.authorization !== `Bearer ${INTERCOM_TOKEN}`)
      return failed(401, 'unauthorized', 'Access Token Invalid');
    if (headers['intercom-version'] !== '2.14')
      return failed(400, 'intercom_version_invalid', 'The requested version could not be found');
    const asked = askedOf(request);
    const [, list = '', id] = asked.path.split('/');
    if (asked.path === '/companies/scroll') return this.#scrolled(asked.query.get('scroll_param'));
    if (asked.path === '/admins')
      return { status: 200, body: { type: 'admin.list', admins: this.#all('admin') } };
    const known = LISTS[list];
    if (known === undefined) return failed(404, 'not_found', 'Not Found');
    if (id === 'search' && method === 'POST') return this.#search(known, JSON.parse(body) as Search);
    if (id === undefined && method === 'GET') return this.#list(known, asked);
    const conversation = this.#objects.conversation.get(id ?? '');
    if (known.kind !== 'conversation' || conversation === undefined)
      return failed(404, 'not_found', 'Conversation not found');
    const parts = this.#parts.get(conversation.id) ?? [];
    const own = { type: 'conversation_part.list', conversation_parts: parts, total_count: parts.length };
    return { status: 200, body: { ...conversation, conversation_parts: own } };
  }

  #all(kind: Kind): IntercomObject[] {
    return [...this.#objects[kind].values()];
  }

  #scrolled(param: string | null): Answer {
    const scroll = this.#scroll;
    const isAlive = scroll !== undefined && this.now - scroll.lastUsed <= SCROLL_IDLE_SECONDS;
    if (param === null) {
      if (isAlive) return failed(400, 'scroll_exists', 'scroll already exists for this workspace');
      const id = `scroll-${++this.#scrolls}`;
      this.#scroll = {
        id,
        ids: this.#all('company').map((company) => company.id),
        at: 0,
        lastUsed: this.now,
      };
    } else if (!isAlive || scroll.id !== param) {
      return failed(404, 'not_found', 'scroll parameter not found');
    }
    const current = this.#scroll;
    if (current === undefined) throw new Error('A scroll was begun.');
    const ids = current.ids.slice(current.at, current.at + this.scrollSize);
    current.at += ids.length;
    current.lastUsed = this.now;
    // The scroll ends with its empty page.
    if (ids.length === 0) this.#scroll = undefined;
    const data = ids.flatMap((id) => this.#objects.company.get(id) ?? []);
    return {
      status: 200,
      body: { type: 'list', data, pages: null, total_count: null, scroll_param: current.id },
    };
  }

  #list({ kind, key }: { kind: Kind; key: string }, { query }: Asked): Answer {
    const size = query.get('per_page');
    return paged(this.#all(kind), key, {
      ...(size === null ? {} : { per_page: Number(size) }),
      ...{ starting_after: query.get('starting_after') ?? undefined },
    });
  }

  #search({ kind, key }: { kind: Kind; key: string }, { query, pagination = {} }: Search): Answer {
    const problem = query === undefined ? 'query is required' : problemOf(query, 0);
    if (query === undefined || problem !== undefined) return failed(400, 'parameter_invalid', problem ?? '');
    return paged(
      this.#all(kind).filter((object) => matches(object, query, kind === 'contact')),
      key,
      pagination,
    );
  }
}

interface Filter {
  readonly field?: string;
  readonly operator: string;
  readonly value: unknown;
}

interface Search {
  readonly query?: Filter;
  readonly pagination?: Paging;
}

interface Paging {
  readonly per_page?: number;
  readonly starting_after?: string | undefined;
}

function failed(status: number, code: string, message: string): Answer {
  return { status, body: { type: 'error.list', request_id: 'b5f4', errors: [{ code, message }] } };
}

function filtersOf({ field, value }: Filter): readonly Filter[] | undefined {
  return field === undefined && Array.isArray(value) ? (value as readonly Filter[]) : undefined;
}

function problemOf(query: Filter, depth: number): string | undefined {
  const { field, operator, value } = query;
  const filters = filtersOf(query);
  if (filters !== undefined) {
    if (!['AND', 'OR'].includes(operator)) return 'operator must be AND or OR';
    if (depth >= NESTING_MAX || filters.length > FILTERS_MAX) return 'the query has too many filters';
    return filters.map((filter) => problemOf(filter, depth + 1)).find((problem) => problem !== undefined);
  }
  if (!OPERATORS.includes(operator)) return `${operator} is not a valid operator`;
  return /_at$/.test(field ?? '') && typeof value !== 'number'
    ? `${field ?? ''} must be a number`
    : undefined;
}

function matches(object: IntercomObject, query: Filter, byDay: boolean): boolean {
  const filters = filtersOf(query);
  const { operator, field = '', value } = query;
  if (filters !== undefined) {
    return operator === 'AND'
      ? filters.every((filter) => matches(object, filter, byDay))
      : filters.some((filter) => matches(object, filter, byDay));
  }
  const unit = byDay ? DAY_SECONDS : 1;
  const own = Math.floor(Number(object[field]) / unit);
  const other = Math.floor(Number(value) / unit);
  if (operator === '>') return own > other;
  if (operator === '<') return own < other;
  return operator === '=' && own === other;
}

function paged(
  all: readonly IntercomObject[],
  key: string,
  { per_page: size, starting_after: after }: Paging,
): Answer {
  const most = size ?? PER_PAGE_DEFAULT;
  if (most < 1 || most > PER_PAGE_MAX)
    return failed(400, 'parameter_invalid', 'per_page must be between 1 and 150');
  const from = after === undefined ? 0 : Number(Buffer.from(after, 'base64').toString());
  const records = all.slice(from, from + most);
  const end = from + records.length;
  const next =
    end < all.length
      ? { per_page: most, starting_after: Buffer.from(String(end)).toString('base64') }
      : undefined;
  const pages = {
    type: 'pages',
    ...(next && { next }),
    page: Math.floor(from / most) + 1,
    per_page: most,
    total_pages: Math.ceil(all.length / most),
  };
  return { status: 200, body: { type: 'list', [key]: records, total_count: all.length, pages } };
}

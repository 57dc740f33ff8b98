import type { ReceivedRequest, Reply } from '../../support/http/http-server.ts';
import { askedOf, type Asked } from '../rest/asked.ts';
import { exactJson } from './exact-json.ts';

export const STRIPE_KEY = 'rk_test_51Secret';

type Kind = 'customer' | 'product' | 'price' | 'plan' | 'subscription' | 'subscription_item';

interface StripeObject {
  readonly id: string;
  readonly object: Kind;
  /** In seconds. */
  readonly created: number;
  readonly [key: string]: unknown;
}

interface StripeEvent {
  readonly id: string;
  readonly type: string;
  readonly created: number;
  readonly object: StripeObject;
  /** The time at which it appears in the listing. */
  readonly appears: number;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const DAY_SECONDS = 86_400;
const EVENTS_KEPT_SECONDS = 30 * DAY_SECONDS;
const TYPES_MAX = 20;
const LIMIT_MAX = 100;
const LIMIT_DEFAULT = 10;
const PATHS: Readonly<Record<string, Kind>> = {
  customers: 'customer',
  products: 'product',
  prices: 'price',
  plans: 'plan',
  subscriptions: 'subscription',
  subscription_items: 'subscription_item',
};
const PAGING = ['limit', 'starting_after', 'ending_before'];
const CREATED = ['created[gt]', 'created[gte]', 'created[lt]', 'created[lte]'];
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  events: [...CREATED, 'type', 'types[]'],
  subscriptions: [...CREATED, 'status', 'customer'],
  subscription_items: ['subscription'],
};

/**
 * Stripe as it is documented: lists are newest first, a cursor is the id of the last object and fails once that is deleted, there is
 * no filter by the time of an update, canceled subscriptions are listed only with `status=all`, deleted customers are not listed and
 * can still be read, and events are kept for 30 days.
 */
export class StripeStandIn {
  /** The present, in seconds. */
  now: number;
  /** How many seconds after its time an event appears in the listing. */
  eventsLateBy = 0;
  readonly requests: ReceivedRequest[] = [];
  readonly #objects = new Map<string, StripeObject>();
  readonly #deleted = new Map<string, Kind>();
  readonly #events: StripeEvent[] = [];

  constructor(now: Date) {
    this.now = Math.floor(now.getTime() / 1_000);
  }

  create(kind: Kind, id: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const object: StripeObject = { id, object: kind, created: this.now, ...fields };
    this.#objects.set(id, object);
    this.#deleted.delete(id);
    this.#tell('created', object);
  }

  update(id: string, fields: Readonly<Record<string, unknown>>): void {
    const object = { ...this.#known(id), ...fields };
    this.#objects.set(id, object);
    this.#tell('updated', object);
  }

  /** A canceled subscription remains. */
  cancel(id: string): void {
    const object = { ...this.#known(id), status: 'canceled' };
    this.#objects.set(id, object);
    this.#tell('deleted', object);
  }

  delete(id: string): void {
    const object = this.#known(id);
    this.#objects.delete(id);
    this.#deleted.set(id, object.object);
    this.#tell('deleted', object);
  }

  /** The ids of a kind that are listed, without a filter. */
  idsOf(kind: Kind): string[] {
    return [...this.#objects.values()].filter(({ object }) => object === kind).map(({ id }) => id);
  }

  readonly reply: Reply = (response, request) => {
    this.requests.push(request);
    const { status, body } = this.#answer(request);
    response.writeHead(status, {
      'content-type': 'application/json',
      date: new Date(this.now * 1_000).toUTCString(),
    });
    response.end(exactJson(body));
  };

  #known(id: string): StripeObject {
    const object = this.#objects.get(id);
    if (object === undefined) throw new Error(`The stand-in has no ${id}.`);
    return object;
  }

  #tell(what: string, object: StripeObject): void {
    if (object.object === 'subscription_item') return;
    const prefix = object.object === 'subscription' ? 'customer.subscription' : object.object;
    this.#events.push({
      id: `evt_${this.#events.length + 1}`,
      type: `${prefix}.${what}`,
      created: this.now,
      object,
      appears: this.now + this.eventsLateBy,
    });
  }

  #answer(request: ReceivedRequest): Answer {
    if (request.headers.authorization !== `Bearer ${STRIPE_KEY}`)
      return failed(401, { message: 'Invalid API Key provided' });
    const asked = askedOf(request);
    const { path } = asked;
    const [, , list = '', id] = path.split('/');
    const kind = PATHS[list];
    if (id !== undefined && kind !== undefined) return this.#one(kind, decodeURIComponent(id));
    const problem = parameterProblem(list, asked);
    if (problem !== undefined) return problem;
    if (list === 'events') return paged(this.#eventsFor(asked), asked);
    if (kind === undefined) return failed(404, { message: `Unrecognized request URL (GET: ${path}).` });
    return this.#list(kind, asked);
  }

  #one(kind: Kind, id: string): Answer {
    if (this.#deleted.get(id) === 'customer' && kind === 'customer')
      return { status: 200, body: { id, object: kind, deleted: true } };
    const object = this.#objects.get(id);
    return object?.object === kind ? { status: 200, body: object } : missing(404, id, 'id');
  }

  #list(kind: Kind, asked: Asked): Answer {
    const { query } = asked;
    const subscription = query.get('subscription');
    if (kind === 'subscription_item' && subscription === null)
      return failed(400, { code: 'parameter_missing', message: 'Missing required param: subscription.' });
    if (subscription !== null && !this.#objects.has(subscription))
      return missing(404, subscription, 'subscription');
    const found = [...this.#objects.values()].filter(
      (object) =>
        object.object === kind &&
        (kind !== 'subscription' || query.get('status') === 'all' || object['status'] !== 'canceled') &&
        (subscription === null || object['subscription'] === subscription),
    );
    return paged(createdIn(found, query), asked);
  }

  #eventsFor({ query }: Asked): { readonly id: string; readonly created: number }[] {
    const types = query.getAll('types[]');
    const type = query.get('type');
    const isAsked = (name: string): boolean => {
      if (types.length > 0) return types.includes(name);
      if (type === null) return true;
      return type.endsWith('*') ? name.startsWith(type.slice(0, -1)) : name === type;
    };
    const kept = this.#events.filter(
      ({ type: name, created, appears }) =>
        isAsked(name) && created > this.now - EVENTS_KEPT_SECONDS && appears <= this.now,
    );
    return createdIn(kept, query).map(({ id, type: name, created, object }) => ({
      ...{ id, object: 'event', api_version: '2020-08-27', created, type: name },
      data: { object },
    }));
  }
}

function failed(status: number, error: Readonly<Record<string, string>>): Answer {
  return { status, body: { error: { ...error, type: 'invalid_request_error' } } };
}

export const rateLimited: Reply = (response) => {
  response.writeHead(429, { 'content-type': 'application/json', 'stripe-should-retry': 'true' });
  const error = {
    code: 'rate_limit',
    message: 'Request rate limit exceeded.',
    type: 'invalid_request_error',
  };
  response.end(JSON.stringify({ error }));
};

function missing(status: number, id: string, param: string): Answer {
  return failed(status, { code: 'resource_missing', message: `No such object: '${id}'`, param });
}

function parameterProblem(list: string, { query }: Asked): Answer | undefined {
  const allowed = [...PAGING, ...(PARAMETERS[list] ?? CREATED)];
  const unknown = [...query.keys()].find((name) => !allowed.includes(name.replace(/\[\d+\]$/, '[]')));
  if (unknown !== undefined)
    return failed(400, { code: 'parameter_unknown', message: `Received unknown parameter: ${unknown}` });
  if (query.getAll('types[]').length > TYPES_MAX)
    return failed(400, { message: 'You may pass up to 20 types.', param: 'types' });
  const limit = Number(query.get('limit') ?? LIMIT_DEFAULT);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX)
    return failed(400, {
      code: 'parameter_invalid_integer',
      message: 'This value must be between 1 and 100.',
    });
  return undefined;
}

function createdIn<T extends { readonly created: number }>(all: readonly T[], query: URLSearchParams): T[] {
  const bound = (name: string, none: number) => Number(query.get(`created[${name}]`) ?? none);
  return all.filter(
    ({ created }) =>
      created > bound('gt', -Infinity) &&
      created >= bound('gte', -Infinity) &&
      created < bound('lt', Infinity) &&
      created <= bound('lte', Infinity),
  );
}

/** The newest first; of those of one second, the later one first. */
function paged(
  all: readonly { readonly id: string; readonly created: number }[],
  { path, query }: Asked,
): Answer {
  const sorted = [...all].reverse().sort((one, other) => other.created - one.created);
  const after = query.get('starting_after');
  const at = sorted.findIndex(({ id }) => id === after);
  if (after !== null && at < 0) return missing(400, after, 'starting_after');
  const limit = Number(query.get('limit') ?? LIMIT_DEFAULT);
  const data = sorted.slice(at + 1, at + 1 + limit);
  return {
    status: 200,
    body: { object: 'list', url: path, has_more: at + 1 + limit < sorted.length, data },
  };
}

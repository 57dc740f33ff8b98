import type { ServerResponse } from 'node:http';
import { startServer, type ReceivedRequest, type Reply } from '../../support/http/http-server.ts';
import { concatenatedObjects } from './concatenated-json.ts';

interface SplunkOptions {
  readonly token: string;
  /** Indexer acknowledgement is on for the token. */
  readonly acknowledges?: boolean;
}

interface IndexedEvent {
  readonly time: number;
  readonly sourcetype: string;
  readonly event: Readonly<Record<string, unknown>>;
}

/** The HTTP Event Collector of Splunk, as its documentation has it: strict about what it is sent, and told when to fail. */
export interface SplunkStandIn {
  readonly url: string;
  /** What was taken, in this order. */
  readonly events: IndexedEvent[];
  /** Every request, also those that a fault answered. */
  readonly received: ReceivedRequest[];
  /** Answers the next requests to `/event` in place of the collector; undefined lets one through. */
  readonly faults: (Reply | undefined)[];
  /** Every request to `/event` from now on, when there is none in `faults`. */
  fault: Reply | undefined;
  /** Whether what was taken is said to be indexed. */
  indexes: boolean;
  close(): Promise<void>;
}

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const EVENT_KEYS = new Set(['time', 'host', 'source', 'sourcetype', 'index', 'event', 'fields']);

/** Status, code and text of each refusal. */
const REFUSALS = {
  tokenRequired: [401, 2, 'Token is required'],
  invalidToken: [403, 4, 'Invalid token'],
  noData: [400, 5, 'No data'],
  invalidFormat: [400, 6, 'Invalid data format'],
  channelMissing: [400, 10, 'Data channel is missing'],
  channelInvalid: [400, 11, 'Invalid data channel'],
  eventRequired: [400, 12, 'Event field is required'],
  eventBlank: [400, 13, 'Event field cannot be blank'],
  acksDisabled: [400, 14, 'ACK is disabled'],
  unknownUrl: [404, 404, 'The requested URL was not found on this server.'],
} as const;

type Refusal = keyof typeof REFUSALS;

export async function startSplunk({ token, acknowledges = false }: SplunkOptions): Promise<SplunkStandIn> {
  const events: IndexedEvent[] = [];
  const faults: (Reply | undefined)[] = [];
  let acks = 0;
  const take = (request: ReceivedRequest, response: ServerResponse) => {
    const found = acknowledges ? channelProblem(request.headers['x-splunk-request-channel']) : undefined;
    const batch = found ?? eventsIn(request.body);
    if (typeof batch === 'string') {
      refuse(response, batch);
      return;
    }
    events.push(...batch);
    answer(response, 200, { text: 'Success', code: 0, ...(acknowledges ? { ackId: acks++ } : {}) });
  };
  const tell = (request: ReceivedRequest, response: ServerResponse) => {
    const channel = new URL(request.url, 'http://splunk').searchParams.get('channel');
    const found = acknowledges ? channelProblem(channel ?? undefined) : 'acksDisabled';
    if (found !== undefined) {
      refuse(response, found);
      return;
    }
    const { acks: asked } = JSON.parse(request.body) as { acks: number[] };
    answer(response, 200, { acks: Object.fromEntries(asked.map((id) => [id, standIn.indexes])) });
  };
  const server = await startServer((response, request) => {
    const [path] = request.url.split('?');
    const isEvent = path === '/services/collector/event' && request.method === 'POST';
    const fault = isEvent ? (faults.shift() ?? standIn.fault) : undefined;
    if (fault !== undefined) {
      fault(response, request);
      return;
    }
    const { authorization } = request.headers;
    if (authorization === undefined) refuse(response, 'tokenRequired');
    else if (authorization !== `Splunk ${token}`) refuse(response, 'invalidToken');
    else if (isEvent) take(request, response);
    else if (path === '/services/collector/ack') tell(request, response);
    else refuse(response, 'unknownUrl');
  });
  const standIn: SplunkStandIn = {
    url: server.url,
    received: server.received,
    events,
    faults,
    fault: undefined,
    indexes: true,
    close: () => server.close(),
  };
  return standIn;
}

function channelProblem(channel: string | string[] | undefined): Refusal | undefined {
  if (typeof channel !== 'string') return 'channelMissing';
  return GUID.test(channel) ? undefined : 'channelInvalid';
}

function eventsIn(body: string): IndexedEvent[] | Refusal {
  if (body.trim() === '') return 'noData';
  const objects = concatenatedObjects(body);
  if (objects === undefined) return 'invalidFormat';
  for (const object of objects) {
    if (Object.keys(object).some((key) => !EVENT_KEYS.has(key))) return 'invalidFormat';
    if (object['time'] !== undefined && typeof object['time'] !== 'number') return 'invalidFormat';
    if (!('event' in object)) return 'eventRequired';
    if (object['event'] === '') return 'eventBlank';
  }
  return objects as unknown as IndexedEvent[];
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  const [status, code, text] = REFUSALS[refusal];
  answer(response, status, { text, code });
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
  response.end(JSON.stringify(body));
}

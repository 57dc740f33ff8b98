import type { ServerResponse } from 'node:http';
import { startServer, type ReceivedRequest, type Reply } from '../../support/http/http-server.ts';
import { refusalOf, type ApiLimits, type EmbeddingRequest, type Refusal } from './embedding-rules.ts';
import { vectorFor } from './vectors.ts';

/** One vector of a response. */
export interface VectorEntry {
  readonly object: 'embedding';
  readonly index: number;
  readonly embedding: string | readonly number[];
}

/** `POST /v1/embeddings` as its documentation has it: strict about requests, and told when to fail. */
export interface OpenAiStandIn {
  /** The base URL, with `/v1`. */
  readonly url: string;
  /** Every request, also those that a fault answered. */
  readonly received: ReceivedRequest[];
  /** The texts of each request that was answered with vectors. */
  readonly embedded: (readonly string[])[];
  /** Answers the next requests in place of the API; undefined lets one through. */
  readonly faults: (Reply | undefined)[];
  /** Every request from now on, when there is none in `faults`. */
  fault: Reply | undefined;
  /** Smaller limits, as gateways have them. */
  limits: Partial<ApiLimits>;
  /** Returns why a text is refused, or undefined. */
  refuses: (text: string) => string | undefined;
  /** Changes the vectors of a response, such as their order. */
  spoil: (entries: VectorEntry[]) => unknown;
  close(): Promise<void>;
}

export async function startOpenAi({ key }: { readonly key: string }): Promise<OpenAiStandIn> {
  const embedded: (readonly string[])[] = [];
  const faults: (Reply | undefined)[] = [];
  const server = await startServer((response, request) => {
    const fault = faults.shift() ?? standIn.fault;
    if (fault !== undefined) {
      fault(response, request);
      return;
    }
    const checked = refusalOf(request, { key, limits: standIn.limits, refuses: standIn.refuses });
    if ('status' in checked) {
      refuse(response, checked);
      return;
    }
    embedded.push(checked.input);
    answer(response, checked, standIn.spoil);
  });
  const standIn: OpenAiStandIn = {
    url: `${server.url}/v1`,
    received: server.received,
    embedded,
    faults,
    fault: undefined,
    limits: {},
    refuses: () => undefined,
    spoil: (entries) => entries,
    close: () => server.close(),
  };
  return standIn;
}

function answer(response: ServerResponse, request: EmbeddingRequest, spoil: OpenAiStandIn['spoil']): void {
  const entries = request.input.map((text, index): VectorEntry => {
    const vector = vectorFor(text);
    return {
      object: 'embedding',
      index,
      embedding: request.encoding_format === 'base64' ? base64(vector) : [...vector],
    };
  });
  const tokens = { prompt_tokens: request.tokens, total_tokens: request.tokens };
  write(response, 200, { object: 'list', data: spoil(entries), model: request.model, usage: tokens });
}

/** The 32-bit numbers of a vector in little-endian order. */
export function base64(vector: ArrayLike<number>): string {
  const bytes = Buffer.alloc(4 * vector.length);
  for (let at = 0; at < vector.length; at++) bytes.writeFloatLE(vector[at] ?? 0, 4 * at);
  return bytes.toString('base64');
}

function refuse(response: ServerResponse, { status, message, type, code }: Refusal): void {
  write(response, status, { error: { message, type, param: null, code } });
}

function write(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Begins a response with status 200, and sends a byte of it now and then, without an end. */
export const trickle: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => {
    clearInterval(timer);
  });
};

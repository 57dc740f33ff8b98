import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { corrupted, cutAfter, type Fault } from './faults.ts';

/** One request, taken apart. */
export interface Call {
  readonly method: string;
  /** Not decoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** What arrives, as far as a fault lets it. */
  readonly body: AsyncIterable<Buffer>;
  readonly fault: Fault | undefined;
}

/** What the server says to it. */
export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
  /** Bytes `start .. end` of a file, `end` included; none if `end` is before `start`. */
  readonly media?: { readonly file: string; readonly start: number; readonly end: number };
}

/** Thrown by whatever handles a call, to answer with an error in the form of Google's JSON API. */
export class Refusal extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export function refusalAnswer({ status, reason, message }: Refusal): Answer {
  const errors = [{ message, domain: 'global', reason }];
  return { status, json: { error: { code: status, message, errors } } };
}

export function callOf(request: IncomingMessage, fault: Fault | undefined): Call {
  const url = new URL(request.url ?? '/', 'http://stand-in');
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: received(request, fault),
    fault,
  };
}

async function* received(request: IncomingMessage, fault: Fault | undefined): AsyncGenerator<Buffer> {
  let bytes: AsyncIterable<Buffer> = request;
  if (fault?.how === 'cut upload') bytes = cutAfter(bytes, fault.bytes);
  yield* bytes;
}

export async function send(
  response: ServerResponse,
  answer: Answer,
  fault: Fault | undefined,
): Promise<void> {
  const { status, headers, json, media } = answer;
  if (media === undefined) {
    const text = json === undefined ? '' : JSON.stringify(json);
    response.writeHead(status, {
      ...(json === undefined ? {} : { 'content-type': 'application/json; charset=UTF-8' }),
      'content-length': Buffer.byteLength(text),
      ...headers,
    });
    response.end(text);
    return;
  }
  const { file, start, end } = media;
  response.writeHead(status, { 'content-length': end - start + 1, ...headers });
  if (end < start) {
    response.end();
    return;
  }
  let bytes: AsyncIterable<Buffer> = createReadStream(file, { start, end, highWaterMark: 1_048_576 });
  if (fault?.how === 'cut download') bytes = cutAfter(bytes, fault.bytes);
  if (fault?.how === 'corrupt download') bytes = corrupted(bytes);
  await pipeline(bytes, response);
}

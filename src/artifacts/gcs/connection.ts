import { Readable } from 'node:stream';
import { withDeadline } from '../../core/deadline.ts';
import type { Endpoint } from '../../core/endpoint.ts';
import { GCS_READ_IDLE_SECONDS_MAX, GCS_REQUEST_SECONDS_MAX } from '../limits.ts';
import { GOOGLE_TOKEN_SECONDS_MAX } from '../../core/limits.ts';
import { createRedactor } from '../../core/secrets/redact.ts';
import { isSuccess, readText, type StreamedAnswer } from '../../google/answer.ts';
import { openTransport, type Transport } from '../../google/transport.ts';
import { networkErrorOf } from '../../net/network-error.ts';
import { BodyError } from '../../net/response-body.ts';
import type { LeaseGuard } from '../../pipeline/held-leases.ts';
import { codeOf, propertyOf } from '../../core/thrown.ts';
import { CredentialsFailure, RefusedAnswer, UnreadableAnswer } from './failure.ts';

const GOOGLE = 'https://storage.googleapis.com';
/** No request names a project. Without one the library would ask other services for it. */
const NO_PROJECT = 'none';
const NEVER = new AbortController().signal;

export interface GcsRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Whether it changes something, so that it needs a lease that is held. */
  readonly changes: boolean;
  /** A status that is no success and yet an answer. */
  readonly expected?: number;
}

interface GcsAnswer {
  readonly status: number;
  readonly headers: Pick<Headers, 'get'>;
  /** Undefined if the answer has no body, or has the expected status that is no success. */
  readonly json: unknown;
}

/** How long one request may take, and how long a download may bring nothing. */
export interface GcsPatience {
  readonly readIdleMs?: number | undefined;
  readonly requestMs?: number | undefined;
}

/** Where requests go. An endpoint on this machine gets no credentials, and is reached without a proxy. */
export function gcsPlace(endpoint: Endpoint | undefined) {
  return { url: endpoint?.url ?? GOOGLE, anonymous: endpoint?.loopback === true };
}

/**
 * Requests to Cloud Storage, one attempt each. They fail with errors that `failureOf` knows, and with LEASE_LOST before
 * anything is sent that changes something.
 */
export class GcsConnection {
  /** Without a `/` at the end. */
  readonly url: string;
  readonly #anonymous: boolean;
  readonly #leases: LeaseGuard;
  readonly #requestSeconds: number;
  readonly #readIdleMs: number;
  #transport: Promise<Transport> | undefined;

  constructor(endpoint: Endpoint | undefined, leases: LeaseGuard, { readIdleMs, requestMs }: GcsPatience) {
    const { url, anonymous } = gcsPlace(endpoint);
    this.url = url;
    this.#anonymous = anonymous;
    this.#leases = leases;
    this.#requestSeconds = requestMs === undefined ? GCS_REQUEST_SECONDS_MAX : requestMs / 1_000;
    this.#readIdleMs = readIdleMs ?? GCS_READ_IDLE_SECONDS_MAX * 1_000;
  }

  async json(request: GcsRequest): Promise<GcsAnswer> {
    return await this.#exchange(request, async (answer) => {
      const { status, headers } = answer;
      const text = await readText(answer);
      return { status, headers, json: isSuccess(answer) ? jsonOf(text) : undefined };
    });
  }

  /** The body of an answer, which must have so many bytes. */
  async content(request: GcsRequest, bytes: number): Promise<Uint8Array> {
    return await this.#exchange(request, (answer) => contentOf(answer, bytes, this.#readIdleMs));
  }

  /** Once, or twice where a new token may be all that is missing: one can be withdrawn before its time. */
  async #exchange<T>(request: GcsRequest, read: (answer: StreamedAnswer) => Promise<T>): Promise<T> {
    const transport = await (this.#transport ??= openTransport(
      NO_PROJECT,
      new URL(this.url).origin,
      this.#anonymous,
    ));
    for (let renewed = false; ; renewed = true) {
      const authorization = await authorize(transport);
      // Last of all: for a token it may have waited.
      if (request.changes) await this.#leases.requireHeld();
      try {
        return await this.#send(request, authorization, transport, read);
      } catch (error) {
        const refused = error instanceof RefusedAnswer && error.status === 401;
        if (renewed || !refused || !transport.discard(authorization)) throw error;
      }
    }
  }

  async #send<T>(
    { method, url, headers: wanted = {}, body, expected }: GcsRequest,
    authorization: Headers,
    transport: Transport,
    read: (answer: StreamedAnswer) => Promise<T>,
  ): Promise<T> {
    const headers = new Headers(authorization);
    headers.set('user-agent', 'gemini-sync-bridge');
    for (const [name, value] of Object.entries(wanted)) headers.set(name, value);
    return await withDeadline(this.#requestSeconds, NEVER, async (signal) => {
      try {
        const answer = await transport.send({ method, url, headers, body }, signal);
        if (isSuccess(answer) || answer.status === expected) return await read(answer);
        // A proxy's page may repeat the request that was refused.
        const redactor = createRedactor();
        redactor.add(authorization.get('authorization')?.replace(/^Bearer /, '') ?? '');
        throw new RefusedAnswer(answer, redactor.redact(await readText(answer)));
      } catch (error) {
        throw readable(error);
      }
    });
  }
}

/** What was sent was not HTTP, could not be unpacked, or was too large: not what Cloud Storage answers, so it may pass. */
function readable(error: unknown): unknown {
  if (error instanceof BodyError) return new UnreadableAnswer(`the answer ${error.message}`);
  const known = error instanceof RefusedAnswer || error instanceof UnreadableAnswer;
  if (known || networkErrorOf(error) !== undefined || codeOf(error) === '') return error;
  return new UnreadableAnswer(`the answer cannot be read (${codeOf(error)})`);
}

/** By itself: only so is it clear what an error is about. */
async function authorize(transport: Transport): Promise<Headers> {
  try {
    return await withDeadline(GOOGLE_TOKEN_SECONDS_MAX, NEVER, () => transport.authorize());
  } catch (error) {
    throw new CredentialsFailure(error);
  }
}

/** A success has a JSON object, or nothing. A login page of a proxy, or what says itself that it is an error, is none. */
function jsonOf(text: string): unknown {
  if (text === '') return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UnreadableAnswer('the answer is not JSON');
  }
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
  if (!isObject || propertyOf(json, 'error') !== undefined) {
    throw new UnreadableAnswer('the answer is not what was asked for');
  }
  return json;
}

async function contentOf({ body }: StreamedAnswer, bytes: number, idleMs: number): Promise<Uint8Array> {
  const stream = body ?? Readable.from([]);
  const timer = setTimeout(() => {
    stream.destroy(new UnreadableAnswer('the answer stopped in the middle'));
  }, idleMs);
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      timer.refresh();
      chunks.push(chunk);
      length += chunk.byteLength;
      // Leaving the loop closes the connection.
      if (length > bytes) throw new UnreadableAnswer(`the answer has more than ${bytes} bytes`);
    }
    if (length === bytes) return Buffer.concat(chunks, length);
    throw new UnreadableAnswer(`the answer has ${length} bytes of ${bytes}`);
  } finally {
    clearTimeout(timer);
  }
}

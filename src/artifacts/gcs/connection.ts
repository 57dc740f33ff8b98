import { Readable } from 'node:stream';
import { withDeadline } from '../../core/time/deadline.ts';
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
/** Requests do not name a project. Without a value here the library would query other services for one. */
const NO_PROJECT = 'none';
const NEVER = new AbortController().signal;

export interface GcsRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Whether it changes something and therefore requires a held lease. */
  readonly changes: boolean;
  /** A status other than success that is still a valid response. */
  readonly expected?: number;
}

interface GcsAnswer {
  readonly status: number;
  readonly headers: Pick<Headers, 'get'>;
  /** Undefined if the response has no body, or has the expected status that is not a success. */
  readonly json: unknown;
}

/** The timeout of one request, and how long a download may receive no data. */
export interface GcsPatience {
  readonly readIdleMs?: number | undefined;
  readonly requestMs?: number | undefined;
}

/** The destination of requests. An endpoint on this machine gets no credentials and is reached without a proxy. */
export function gcsPlace(endpoint: Endpoint | undefined) {
  return { url: endpoint?.url ?? GOOGLE, anonymous: endpoint?.loopback === true };
}

/**
 * Sends requests to Cloud Storage, one attempt each. They fail with errors that `failureOf` translates, and with LEASE_LOST
 * before any request that changes something is sent.
 */
export class GcsConnection {
  /** The URL without a trailing `/`. */
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

  /** Returns the body of a response, which must have exactly the given number of bytes. */
  async content(request: GcsRequest, bytes: number): Promise<Uint8Array> {
    return await this.#exchange(request, (answer) => contentOf(answer, bytes, this.#readIdleMs));
  }

  /**
   * Sends a request once, or twice if a new token may be all that is needed, because a token can be revoked before it expires.
   */
  async #exchange<T>(request: GcsRequest, read: (answer: StreamedAnswer) => Promise<T>): Promise<T> {
    const transport = await (this.#transport ??= openTransport(
      NO_PROJECT,
      new URL(this.url).origin,
      this.#anonymous,
    ));
    for (let renewed = false; ; renewed = true) {
      const authorization = await authorize(transport);
      // This check comes last, because the request may have waited for a token.
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
        // The page of a proxy may repeat the refused request.
        const redactor = createRedactor();
        redactor.add(authorization.get('authorization')?.replace(/^Bearer /, '') ?? '');
        throw new RefusedAnswer(answer, redactor.redact(await readText(answer)));
      } catch (error) {
        throw readable(error);
      }
    });
  }
}

/**
 * The response was not HTTP, could not be decompressed, or was too large. Cloud Storage sends no such response, so the failure
 * may be temporary.
 */
function readable(error: unknown): unknown {
  if (error instanceof BodyError) return new UnreadableAnswer(`the answer ${error.message}`);
  const known = error instanceof RefusedAnswer || error instanceof UnreadableAnswer;
  if (known || networkErrorOf(error) !== undefined || codeOf(error) === '') return error;
  return new UnreadableAnswer(`the answer cannot be read (${codeOf(error)})`);
}

/** Authorization is a separate step, so that it is clear what an error is about. */
async function authorize(transport: Transport): Promise<Headers> {
  try {
    return await withDeadline(GOOGLE_TOKEN_SECONDS_MAX, NEVER, () => transport.authorize());
  } catch (error) {
    throw new CredentialsFailure(error);
  }
}

/** A success has a JSON object, or no body. The login page of a proxy and a reported error do not count as a success. */
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

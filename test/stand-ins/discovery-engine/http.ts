import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isJsonObject, type JsonObject } from '../../support/files/json.ts';
import { ApiError } from './api-error.ts';
import type { ReceivedRequest } from './faults.ts';

export interface Answer {
  readonly httpStatus: number;
  readonly body: JsonObject;
}

/** Reads a request whole. */
export async function received(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) if (chunk instanceof Uint8Array) chunks.push(chunk);
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: incoming.headers,
    body: chunks.length === 0 ? undefined : parsed(Buffer.concat(chunks).toString()),
  };
}

/** A body that is not valid JSON is kept as text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The body of a request that is understood; an empty object if there is none.
 * @throws ApiError if the body is not a JSON object, or its content type is not JSON
 */
export function jsonBody({ body, headers, method }: ReceivedRequest): JsonObject {
  if (body === undefined) return {};
  if (method === 'GET' || method === 'DELETE') {
    throw new ApiError('INVALID_ARGUMENT', `A ${method} request has no body.`);
  }
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    throw new ApiError('INVALID_ARGUMENT', 'The body is not declared as application/json.');
  }
  if (isJsonObject(body)) return body;
  throw new ApiError('INVALID_ARGUMENT', 'Invalid JSON payload received. The body is no JSON object.');
}

/** @throws ApiError if a token is asked for and this is not it */
export function refuseStranger({ headers }: ReceivedRequest, token: string | undefined): void {
  if (token === undefined || headers.authorization === `Bearer ${token}`) return;
  throw new ApiError(
    'UNAUTHENTICATED',
    'Request had invalid authentication credentials. Expected OAuth 2 access token.',
  );
}

export function send(outgoing: ServerResponse, { httpStatus, body }: Answer): void {
  outgoing.writeHead(httpStatus, { 'content-type': 'application/json; charset=UTF-8' });
  outgoing.end(JSON.stringify(body));
}

export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  return address.port;
}

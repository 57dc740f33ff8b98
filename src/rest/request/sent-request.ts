import type { Credentials } from '../authorization/authorizer.ts';
import type { HttpAnswer, HttpRequest } from './client.ts';

/** A request and the head of its response, without secrets, for a person who checks what a definition requests. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  /** Headers of the definition and, without their values, those with credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names of query parameters with credentials, which `url` lacks. */
  readonly secretParameters: readonly string[];
  readonly body: string | undefined;
  readonly status: number;
  /** Returns the value of a header of the response, given its name in lower case. */
  readonly header: (name: string) => string | undefined;
  /** The size of the body, decompressed; of an error response, of the part that was read. Undefined for a stream. */
  readonly bytes: number | undefined;
  readonly milliseconds: number;
}

/** Shown in place of the value of a header with credentials. */
export const HIDDEN = '[redacted]';

/**
 * @param request without its credentials
 * @param redact removes secrets that the definition or the API repeats
 */
export function withoutSecrets(
  { method, url, headers, body }: HttpRequest,
  credentials: Credentials,
  answer: HttpAnswer,
  milliseconds: number,
  redact: (text: string) => string,
): SentRequest {
  const own = Object.entries(headers).map(([name, value]) => [name, redact(value)] as const);
  const secret = Object.keys(credentials.headers).map((name) => [name, HIDDEN] as const);
  return {
    method,
    url: redact(url),
    headers: Object.fromEntries([...own, ...secret]),
    secretParameters: credentials.query.map(([name]) => name),
    body: body === undefined ? undefined : redact(body),
    status: answer.status,
    header: (name) => {
      const value = answer.header(name);
      return value === undefined ? undefined : redact(value);
    },
    bytes: answer.unread === undefined ? answer.body.length : undefined,
    milliseconds,
  };
}

import { Type, type Static } from 'typebox';

/** The format of every error response. */
export const failureAnswerSchema = Type.Object(
  {
    error: Type.Object(
      {
        code: Type.String({ description: 'Stable name of the failure, such as NOT_FOUND.' }),
        message: Type.String({ description: 'What failed, and on what.' }),
        hint: Type.Optional(Type.String({ description: 'What to do next.' })),
      },
      { additionalProperties: false },
    ),
    request_id: Type.String({ description: 'Names this request in the log of the server.' }),
  },
  { $id: 'Failure', title: 'Failure', additionalProperties: false, description: 'The request failed.' },
);

export type FailureAnswer = Static<typeof failureAnswerSchema>;

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request is not what this route takes; the message names the field.',
  401: 'The credential is missing, invalid or expired.',
  403: 'The credential is good, but not for this.',
  404: 'Not found.',
  408: 'The request did not arrive in time; nothing of it was done.',
  409: 'It contradicts what is there already.',
  413: 'It is larger than the limit that the message names.',
  415: 'It has a content type that this route does not take.',
  422: 'Nothing of it can be taken.',
  429: 'Too much at once; Retry-After says when to try again.',
  431: 'The path and headers are larger than the limit that the message names.',
  500: 'The server failed; its log has the reason under the request id.',
  502: 'Another server failed, on which this route depends.',
  503: 'The server cannot do this now; Retry-After says when to try again.',
};

const RETRY_AFTER = {
  'Retry-After': { type: 'integer', minimum: 1, description: 'Seconds after which trying again can help.' },
} as const;

const HEADERS: Readonly<Record<number, object>> = {
  401: { 'WWW-Authenticate': { type: 'string', description: 'That a bearer token is asked for.' } },
  429: RETRY_AFTER,
  503: RETRY_AFTER,
};

const FAILURE = { 'application/json': { schema: { $ref: 'Failure#' } } };

/**
 * The failures that a route may return, for its schema. 400, 401, 403, 408, 429, 431, 500 and 503 are possible on every
 * route.
 */
export function failures(...statuses: readonly number[]) {
  const all = new Set([400, 401, 403, 408, 429, 431, 500, 503, ...statuses]);
  return Object.fromEntries(
    [...all].map((status) => {
      const headers = HEADERS[status];
      const description = MEANINGS[status] ?? '';
      return [status, { description, content: FAILURE, ...(headers === undefined ? {} : { headers }) }];
    }),
  );
}

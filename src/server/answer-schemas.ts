import { Type, type Static } from 'typebox';

/** The form of every answer that is a failure. */
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
  { additionalProperties: false, description: 'The request failed.' },
);

export type FailureAnswer = Static<typeof failureAnswerSchema>;

/** The failures that a route may answer with, for its schema. 400, 401, 403, 429, 500 and 503 are possible everywhere. */
export function failures(...statuses: readonly number[]): Record<number, typeof failureAnswerSchema> {
  const all = new Set([400, 401, 403, 429, 500, 503, ...statuses]);
  return Object.fromEntries([...all].map((status) => [status, failureAnswerSchema]));
}

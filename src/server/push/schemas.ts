import { Type } from 'typebox';
import { PUSH_ERRORS_NAMED_MAX, PUSH_EVENTS_MAX } from '../../core/limits.ts';
import { PUSH_KEY_CHARACTERS_MAX } from '../limits.ts';

const operation = Type.Union([Type.Literal('UPSERT'), Type.Literal('DELETE')], {
  description:
    'UPSERT: the current version of the document. DELETE: the document was removed; only its id is used.',
});

const principals = Type.Union([Type.Array(Type.String()), Type.Null()]);
const nullableText = Type.Union([Type.String(), Type.Null()]);

const documentSchema = Type.Object(
  {
    op: operation,
    doc_id: Type.String({
      description: "The source's own id, or `<connector>:<id>` as answers and artifacts show it.",
    }),
    title: Type.Optional(Type.String({ description: 'Required of an UPSERT.' })),
    content: Type.Optional(Type.String({ description: 'Required of an UPSERT.' })),
    uri: Type.Optional(nullableText),
    mime_type: Type.Optional(nullableText),
    updated_at: Type.Optional(
      Type.Union([Type.String(), Type.Null()], {
        description:
          'RFC 3339, such as 2026-01-02T03:04:05Z, or RFC 1123. Required in every event, also a DELETE, if the connector orders events by it.',
      }),
    ),
    acl_users: Type.Optional(principals),
    acl_groups: Type.Optional(principals),
    metadata: Type.Optional(Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()])),
    checksum: Type.Optional(Type.Unknown({ description: 'Taken and not used.' })),
  },
  {
    additionalProperties: false,
    title: 'Document',
    description: 'A document as the index will have it.',
    examples: [
      {
        op: 'UPSERT',
        doc_id: '4711',
        title: 'Printer on fire',
        content: 'It burns.',
        acl_users: ['mei@example.com'],
      },
      { op: 'DELETE', doc_id: '4708' },
    ],
  },
);

const mappedSchema = Type.Object(
  { op: operation },
  {
    additionalProperties: true,
    title: 'Source fields',
    description:
      "The source's own fields, without `doc_id`: the connector's mapping makes a document of them.",
  },
);

const eventSchema = Type.Union([documentSchema, mappedSchema]);

const eventsSchema = Type.Union([
  eventSchema,
  Type.Array(eventSchema, { minItems: 1, maxItems: PUSH_EVENTS_MAX }),
]);

const linesSchema = Type.String({
  description: 'One event a line, each a JSON object as in application/json.',
});

/** This schema is only for the OpenAPI document; the intake validates a body event by event. */
export const pushBodySchema = {
  content: {
    'application/json': { schema: eventsSchema },
    'application/x-ndjson': { schema: linesSchema },
    'application/jsonl': { schema: linesSchema },
  },
};

export const pushHeadersSchema = Type.Object({
  'idempotency-key': Type.String({
    minLength: 1,
    maxLength: PUSH_KEY_CHARACTERS_MAX,
    pattern: '^[!-~]+$',
    description: 'Names this push. Send the same key with the same body to try again.',
  }),
});

export const pushParamsSchema = Type.Object({
  connector_id: Type.String({ description: '`metadata.name` of a rest_push connector.' }),
});

const answerFields = {
  accepted: Type.Integer({ description: 'Events that the next run of the connector will apply.' }),
  unchanged: Type.Optional(
    Type.Integer({
      description:
        'Events that change nothing, because a newer event of their document is known; they are not stored. Only there if the connector orders events by `updated_at`.',
    }),
  ),
  rejected: Type.Integer({ description: 'Events that were refused; they are not stored.' }),
  errors: Type.Array(
    Type.Object(
      {
        index: Type.Integer({ description: 'Index of the event in the body, from 0.' }),
        doc_id: Type.Union([Type.String(), Type.Null()], {
          description: 'Null if the event has no usable id.',
        }),
        code: Type.String({ description: 'Stable name of the reason, such as ACL_EMPTY.' }),
        reason: Type.String({ description: 'What is wrong, for a person.' }),
      },
      { additionalProperties: false },
    ),
    { maxItems: PUSH_ERRORS_NAMED_MAX, description: 'The first events that were refused.' },
  ),
  errors_truncated: Type.Boolean({ description: 'More events were refused than `errors` names.' }),
};

export const storedAnswerSchema = Type.Object(
  { ...answerFields, run_id: Type.String({ description: 'Names this push, for `run --push-run-id`.' }) },
  {
    additionalProperties: false,
    description:
      'The accepted events are durable. With `Idempotency-Replayed: true` this is the answer to the first push.',
    headers: {
      'Idempotency-Replayed': {
        type: 'string',
        enum: ['true'],
        description: 'Only there when the push was stored before.',
      },
    },
  },
);

export const nothingAcceptedSchema = Type.Object(
  { ...answerFields, run_id: Type.Null() },
  {
    additionalProperties: false,
    description: 'No event was accepted, no event was stored, and the key may be used again.',
  },
);

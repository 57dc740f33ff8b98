import { Type } from 'typebox';
import { PREVIEW_BODY_CHARACTERS_MAX } from '../../limits.ts';

const text = Type.String({
  minLength: 1,
  maxLength: PREVIEW_BODY_CHARACTERS_MAX,
  description: 'The connector as YAML.',
});
const events = Type.String({
  minLength: 1,
  maxLength: PREVIEW_BODY_CHARACTERS_MAX,
  description: 'Only for a push connector: sample events, as JSON or NDJSON.',
});

export const testSchema = Type.Object({ text }, { additionalProperties: false });
export const previewSchema = Type.Object(
  { text, events: Type.Optional(events) },
  { additionalProperties: false },
);

const columns = Type.Array(
  Type.Object({ name: Type.String(), kind: Type.String() }, { additionalProperties: false }),
);
const milliseconds = Type.Integer({ description: 'Duration, without the start of the process.' });

export const columnsAnswer = Type.Object(
  { columns, milliseconds },
  { additionalProperties: false, description: 'What the source returns; no row was read.' },
);

const nullable = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

const document = Type.Object(
  {
    id: Type.String(),
    title: nullable('Title, cut if it is long.'),
    content: nullable('Content as text, cut if it is long.'),
    mime_type: nullable('Type of the content.'),
    uri: nullable('Link to the document.'),
    readers: Type.Union(
      [
        Type.Array(
          Type.Object(
            { kind: Type.Enum(['user', 'group'] as const), name: Type.String() },
            { additionalProperties: false },
          ),
        ),
        Type.Null(),
      ],
      { description: 'Who may read it; null: everyone who may use the data store.' },
    ),
    metadata: Type.Record(Type.String(), Type.Unknown()),
    checksum: Type.String({ description: 'The checksum that a run would store.' }),
  },
  { additionalProperties: false },
);

export const previewAnswer = Type.Object(
  {
    columns,
    documents: Type.Array(document, {
      description: 'The first documents that a run would write. They are not counted.',
    }),
    quarantined: Type.Array(
      Type.Object({ row: Type.Integer(), reason: Type.String() }, { additionalProperties: false }),
      { description: 'Rows that a run would set aside.' },
    ),
    limited_by: Type.Union([Type.Enum(['documents', 'bytes'] as const), Type.Null()], {
      description: 'The limit that ended the preview; null: what was read has no more rows.',
    }),
    milliseconds,
  },
  { additionalProperties: false, description: 'The first documents. Nothing was written.' },
);

const count = Type.Integer();
const nullableCount = Type.Union([Type.Integer(), Type.Null()], {
  description: 'null: unknown, which is not 0.',
});

export const countsAnswer = Type.Object(
  {
    seen: count,
    added: count,
    changed: count,
    unchanged: count,
    missing: nullableCount,
    deleted: count,
    held: count,
    quarantined: count,
    hold_reason: Type.Union([Type.String(), Type.Null()]),
    counted_at: Type.String({ format: 'date-time' }),
    milliseconds,
  },
  { additionalProperties: false, description: 'What a run would change. Nothing was written.' },
);

import { Type, type Static } from 'typebox';
import type { Draft } from '../../../app/studio/drafts/draft-service.ts';
import { NO_NUL } from '../../ops/query-schemas.ts';
import { SERVER_PATH_PART_CHARACTERS_MAX, DRAFT_FIELDS_MAX, DRAFT_ID_CHARACTERS_MAX } from '../../limits.ts';
import { DRAFT_BYTES_MAX } from '../../../core/limits.ts';
import type { Problem } from '../../../definitions/problem.ts';

export const draftIdParams = Type.Object({
  id: Type.String({
    minLength: 1,
    maxLength: DRAFT_ID_CHARACTERS_MAX,
    pattern: NO_NUL,
    description: 'Id of the draft.',
  }),
});

export const connectorNameParams = Type.Object({
  id: Type.String({
    minLength: 1,
    maxLength: SERVER_PATH_PART_CHARACTERS_MAX,
    pattern: NO_NUL,
    description: 'Name of the connector.',
  }),
});

const text = Type.String({
  maxLength: DRAFT_BYTES_MAX,
  description: 'The definition as YAML, exactly as it is proposed.',
});
const version = Type.Integer({ minimum: 1, description: 'Grows with every change of the draft.' });

export const orderSchema = Type.Object(
  {
    intent: Type.Enum(['create', 'edit', 'clone'] as const, {
      description: 'Whether the draft becomes a new connector, a change of one, or a copy of one.',
    }),
    connector: Type.Optional(
      Type.String({
        maxLength: SERVER_PATH_PART_CHARACTERS_MAX,
        pattern: NO_NUL,
        description: 'Name of the connector that is edited or cloned.',
      }),
    ),
    text: Type.Optional(text),
  },
  { additionalProperties: false },
);

export const changeSchema = Type.Object({ text, version }, { additionalProperties: false });

export const validateSchema = Type.Object(
  {
    text,
    file: Type.Optional(
      Type.String({
        pattern: '^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}\\.ya?ml$',
        description:
          'Name of the file in the folder of connectors that the text replaces; without it, a new file.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const draftSchema = Type.Object(
  {
    id: Type.String(),
    intent: Type.Enum(['create', 'edit', 'clone'] as const),
    connector: Type.Union([Type.String(), Type.Null()]),
    path: Type.Union([Type.String(), Type.Null()], {
      description: 'File in the repository; null until a new connector has a valid name.',
    }),
    version,
    text: Type.String(),
    base: Type.Union([
      Type.Null(),
      Type.Object(
        { blob: Type.String(), commit: Type.Union([Type.String(), Type.Null()]) },
        { additionalProperties: false },
      ),
    ]),
    created_at: Type.String(),
    updated_at: Type.String(),
  },
  { additionalProperties: false, description: 'A draft of the caller.' },
);

export const draftListSchema = Type.Object(
  { drafts: Type.Array(Type.Omit(draftSchema, ['text'])) },
  { additionalProperties: false, description: 'The drafts of the caller, the newest first.' },
);

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

const problemSchema = Type.Object(
  {
    status: Type.Enum(['warn', 'fail'] as const),
    severity: Type.Enum(['warning', 'error'] as const),
    code: Type.String(),
    subject: Type.String(),
    path: Type.String({
      description: 'The field, such as spec.source.query; empty for the file as a whole.',
    }),
    file: Type.String(),
    line: nullable(Type.Integer({ minimum: 1 })),
    column: nullable(Type.Integer({ minimum: 1 })),
    message: Type.String(),
    fix: Type.String(),
  },
  { additionalProperties: false },
);

export const problemsSchema = Type.Object(
  {
    ok: Type.Boolean({ description: 'Whether the text has no error; warnings do not count.' }),
    problems: Type.Array(problemSchema, { description: 'As validate --json reports them.' }),
  },
  { additionalProperties: false, description: 'The problems of the text.' },
);

export const checkSchema = Type.Object(
  {
    version,
    text: Type.Optional(text),
    fields: Type.Optional(
      Type.Record(Type.String({ maxLength: 4_096 }), Type.String(), {
        maxProperties: DRAFT_FIELDS_MAX,
        description: 'Fields of the form that were changed, by their names in the page.',
      }),
    ),
    remove: Type.Optional(
      Type.String({ maxLength: 4_096, description: 'The path of a key that is removed from the text.' }),
    ),
  },
  { additionalProperties: false },
);

export const checkAnswerSchema = Type.Object(
  {
    version,
    text: Type.String({ description: 'The text as it was saved.' }),
    ...problemsSchema.properties,
    readable: Type.Boolean({ description: 'Whether the text is YAML, so that the form can show it.' }),
    refused: Type.Array(Type.String(), {
      description: 'The paths of fields whose content is not in the text; the page says why.',
    }),
    page: Type.String({ description: 'The page of the editor, as HTML.' }),
  },
  { additionalProperties: false, description: 'The draft as it was saved, and its problems.' },
);

export function draftAnswer(draft: Draft): Static<typeof draftSchema> {
  return { ...draftFacts(draft), text: draft.text };
}

export function draftFacts(draft: Draft): Omit<Static<typeof draftSchema>, 'text'> {
  const { id, intent, connectorId, path, version: number, base, createdAt, updatedAt } = draft;
  return {
    id,
    intent,
    connector: connectorId === '' ? null : connectorId,
    path: path === '' ? null : path,
    version: number,
    base: base === null ? null : { blob: base.blob, commit: base.commit },
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

export function problemsAnswer(problems: readonly Problem[]): Static<typeof problemsSchema> {
  return {
    ok: problems.every(({ status }) => status === 'warn'),
    problems: problems.map(({ status, code, place, subject, message, fix }) => ({
      status,
      severity: status === 'fail' ? 'error' : 'warning',
      code,
      subject,
      path: subject,
      file: place.file,
      line: place.line ?? null,
      column: place.column ?? null,
      message,
      fix,
    })),
  };
}

import { NO_NUL } from '../../ops/query-schemas.ts';
import { Type, type Static } from 'typebox';
import type { ChangeRequest } from '../../../app/studio/changes/change-proposals.ts';
import type { ProposalRecord } from '../../../app/studio/proposals/proposal-service.ts';
import { REASON_CHARACTERS_MAX, SERVER_PATH_PART_CHARACTERS_MAX } from '../../limits.ts';

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

const ACTIONS = ['create', 'edit', 'clone', 'delete', 'pause', 'resume'] as const;
const STATES = [
  'asked',
  'tree',
  'commit',
  'branch',
  'open',
  'merged',
  'closed',
  'unknown',
  'failed',
] as const;

const part = (description: string) =>
  Type.String({ minLength: 1, maxLength: SERVER_PATH_PART_CHARACTERS_MAX, pattern: NO_NUL, description });

export const proposalIdParams = Type.Object({ id: part('Id of the proposal.') });
export const draftIdParams = Type.Object({ id: part('Id of the draft.') });
export const actionParams = Type.Object({
  id: part('Name of the connector.'),
  action: Type.Enum(['delete', 'pause', 'resume'] as const),
});

/** `choice` beside `keep`: what becomes of the documents of a connector that is deleted. */
export const changeForm = Type.Optional(
  Type.Object(
    {
      reason: Type.Optional(Type.String({ maxLength: REASON_CHARACTERS_MAX })),
      documents: Type.Optional(Type.Enum(['keep', 'remove_first'] as const)),
    },
    { additionalProperties: false },
  ),
);

export const resolveForm = Type.Object(
  {
    version: Type.Integer({ minimum: 1 }),
    keep: Type.Enum(['theirs', 'mine'] as const),
    /** Base64, because a browser would change the line breaks. */
    theirs: Type.String({ pattern: '^[A-Za-z0-9+/]*={0,2}$' }),
  },
  { additionalProperties: false },
);

export const changeSchema = Type.Object(
  {
    draft: Type.Optional(
      Type.String({ maxLength: 100, pattern: NO_NUL, description: 'Id of a draft of the caller.' }),
    ),
    connector: Type.Optional(
      Type.String({
        maxLength: SERVER_PATH_PART_CHARACTERS_MAX,
        pattern: NO_NUL,
        description: 'Name of a connector, with `action`.',
      }),
    ),
    action: Type.Optional(Type.Enum(['delete', 'pause', 'resume'] as const)),
    reason: Type.Optional(
      Type.String({ maxLength: REASON_CHARACTERS_MAX, description: 'Why; part of the pull request.' }),
    ),
    documents: Type.Optional(
      Type.Enum(['keep', 'remove_first'] as const, {
        description:
          'For `delete`: whether the documents stay in the index, or are removed before the merge.',
        default: 'keep',
      }),
    ),
  },
  { additionalProperties: false },
);

export const diffSchema = Type.Object(
  {
    connector: Type.String(),
    action: Type.Enum(ACTIONS),
    title: Type.String(),
    body: Type.String({ description: 'Markdown of the pull request.' }),
    patch: Type.String({ description: 'A patch for git apply; empty if nothing would change.' }),
    files: Type.Array(
      Type.Object(
        {
          path: Type.String(),
          before: nullable(Type.String()),
          after: nullable(Type.String()),
        },
        { additionalProperties: false },
      ),
    ),
    left_out: Type.Array(Type.String()),
    refusals: Type.Array(Type.String({ description: 'Why it cannot be proposed; empty: it can.' })),
    conflict: nullable(
      Type.Object(
        {
          path: Type.String(),
          base: nullable(Type.String()),
          theirs: nullable(Type.String()),
          yours: nullable(Type.String()),
        },
        { additionalProperties: false },
      ),
    ),
    documents: nullable(
      Type.Integer({ minimum: 0, description: 'Documents of the connector in the index.' }),
    ),
  },
  { additionalProperties: false, description: 'The change and its patch; nothing was written.' },
);

export const proposalSchema = Type.Object(
  {
    id: Type.String(),
    connector: Type.String(),
    action: Type.Enum(ACTIONS),
    state: Type.Enum(STATES, {
      description: 'asked to branch: the last completed step; then the state of the pull request.',
    }),
    repository: Type.String(),
    branch: Type.String(),
    base_branch: Type.String(),
    base_commit: Type.String(),
    head_commit: nullable(Type.String()),
    pull: nullable(
      Type.Object({ number: Type.Integer(), url: Type.String() }, { additionalProperties: false }),
    ),
    title: Type.String(),
    body: Type.String(),
    files: Type.Array(
      Type.Object(
        { path: Type.String(), before: nullable(Type.String()), after: nullable(Type.String()) },
        { additionalProperties: false, description: 'Blobs of the file; null where it does not exist.' },
      ),
    ),
    proposed_by: Type.String(),
    created_at: Type.String(),
    updated_at: Type.String(),
    checked_at: nullable(Type.String()),
    error: nullable(
      Type.Object({ code: Type.String(), message: Type.String() }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false, description: 'A proposal and the state of its pull request.' },
);

export const proposalsQuery = Type.Object(
  {
    connector: Type.Optional(Type.String({ maxLength: SERVER_PATH_PART_CHARACTERS_MAX, pattern: NO_NUL })),
    state: Type.Optional(Type.Union([Type.Enum(STATES), Type.Literal('')])),
  },
  { additionalProperties: false },
);

export const proposalsSchema = Type.Object(
  { proposals: Type.Array(proposalSchema) },
  { additionalProperties: false, description: 'Proposals, the newest first.' },
);

/** The request of a form, whose line breaks are CRLF. */
export function requestOf(
  subject: ChangeRequest['subject'],
  {
    reason = '',
    documents = 'keep',
  }: { readonly reason?: string; readonly documents?: 'keep' | 'remove_first' } = {},
): ChangeRequest {
  return { subject, reason: reason.replaceAll('\r\n', '\n'), documents };
}

export function proposalAnswer(record: ProposalRecord): Static<typeof proposalSchema> {
  const { id, action, state, repository, branch, pull, title, body, error } = record;
  return {
    ...{ id, action, state, repository, branch, title, body },
    connector: record.connectorId,
    base_branch: record.baseBranch,
    base_commit: record.baseCommit,
    head_commit: record.headCommit,
    pull: pull === null ? null : { number: pull.number, url: pull.url },
    files: record.files.map(({ path, before, after }) => ({ path, before, after })),
    proposed_by: record.proposedBy.name,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    checked_at: record.checkedAt,
    error: error === null ? null : { code: error.code, message: error.message },
  };
}

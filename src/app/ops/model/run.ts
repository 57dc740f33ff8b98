import { Type } from 'typebox';
import type { ReleasedBy } from '../../../pipeline/guard.ts';
import { count, moment, orNull, text, type Of } from './values.ts';

const RUN_STATUSES = ['RUNNING', 'SUCCESS', 'HELD', 'PARTIAL', 'FAILED', 'DRY_RUN'] as const;

const statusSchema = Type.Enum(RUN_STATUSES, {
  description:
    'RUNNING · SUCCESS · HELD: deletes are withheld · PARTIAL: documents were refused · FAILED · DRY_RUN: requests were written and not sent.',
});

/** The statuses by which runs can be filtered: those of the state, and one that the page shows in place of RUNNING. */
export const statusFilterSchema = Type.Enum([...RUN_STATUSES, 'STALLED'] as const, {
  description:
    'RUNNING: its process shows signs of life · STALLED: it has not ended, and its process shows none.',
});

export const RUN_KINDS = ['connector', 'knowledge_source', 'app'] as const;

const runKindSchema = Type.Enum(RUN_KINDS, { description: 'What ran.' });

export const phaseSchema = Type.Enum(['extract', 'map', 'diff', 'publish', 'ingest', 'commit'] as const, {
  description: 'The phase that the run entered last.',
});

function lacking(what: string) {
  const description = `${what} Absent: none, or a run of an older version.`;
  return Type.Optional(Type.Integer({ minimum: 0, description }));
}

const countsSchema = Type.Object(
  {
    seen: Type.Integer({ minimum: 0, description: 'Rows read from the source.' }),
    unchanged: count,
    resent: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: 'Unchanged documents that were sent anyway, by a run that was to send every document.',
      }),
    ),
    added: count,
    changed: count,
    missing: orNull(
      count,
      'Documents in the state and not in the source; null for a delta query, which cannot know.',
    ),
    deleted: Type.Integer({ minimum: 0, description: 'Deletes that were published.' }),
    held: Type.Integer({ minimum: 0, description: 'Deletes that were withheld.' }),
    quarantined: Type.Integer({ minimum: 0, description: 'Rows that were set aside.' }),
    rejected: Type.Integer({ minimum: 0, description: 'Documents that the destination refused.' }),
    untitled: lacking('Documents sent with an empty title.'),
    empty: lacking('Documents sent with empty content.'),
    unlinked: lacking('Documents sent without a link, where the mapping makes links.'),
  },
  { additionalProperties: false },
);

const errorSchema = Type.Object(
  {
    code: Type.String({ description: 'One of docs/errors.md.' }),
    message: text,
    hint: orNull(text, 'What to do next.'),
    retryable: orNull(Type.Boolean(), 'Whether the same run again can succeed without a change.'),
  },
  { additionalProperties: false },
);

export type OpsError = Of<typeof errorSchema>;

const progressSchema = Type.Object(
  {
    rows: Type.Integer({ minimum: 0, description: 'Rows read from the source.' }),
    at: Type.String({ format: 'date-time', description: 'When a heartbeat last found more of them.' }),
    rows_per_second: orNull(count, 'Since the run began; null where that was no time ago.'),
  },
  { additionalProperties: false },
);

export type OpsProgress = Of<typeof progressSchema>;

export const runSchema = Type.Object(
  {
    run_id: text,
    kind: runKindSchema,
    connector_id: Type.String({ description: 'Name of the connector, knowledge source or app.' }),
    target: Type.String({
      description: 'Where documents go: a data store, or `local`; for other kinds, a name of their tables.',
    }),
    status: statusSchema,
    phase: phaseSchema,
    started_at: moment,
    finished_at: orNull(moment, 'Null for a run that has not ended.'),
    duration_seconds: Type.Number({ minimum: 0, description: 'Until now for a run that has not ended.' }),
    counts: orNull(countsSchema, 'Null until the run has published.'),
    hold_reason: orNull(text, 'Why deletes were withheld.'),
    released_by: Type.Unsafe<ReleasedBy | null>({
      type: ['string', 'null'],
      enum: ['allow_deletes', 'complete_listing', 'identified_rows', null],
      description:
        'What releases the withheld deletes: the option `--allow-deletes`, a complete listing, or rows small enough to be identified. Null when none were withheld.',
    }),
    error: orNull(errorSchema, 'Why the run failed.'),
    progress: orNull(
      progressSchema,
      'How far a run in progress has read, as its heartbeat last wrote it; null for one that ended, and before the first row.',
    ),
    alive: orNull(
      Type.Boolean(),
      'Whether the process of a run shows signs of life; null for one that ended.',
    ),
    waits_for_next_run: Type.Boolean({
      description:
        'The run published its artifacts and failed; the next run of the connector finishes it first.',
    }),
  },
  { additionalProperties: false, description: 'One run of one connector, knowledge source or app.' },
);
export type OpsRun = Of<typeof runSchema>;

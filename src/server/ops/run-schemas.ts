import type { OpsRun } from '../../app/ops/model.ts';
import { Type, type Static, type TSchema } from 'typebox';

/** Null means unknown. The types are in one array, as in OpenAPI 3.1; this form also serializes fast. */
export function orNull<Schema extends TSchema & { readonly type: string }>(
  schema: Schema,
  description: string,
) {
  return Type.Unsafe<Static<Schema> | null>({ ...schema, description, type: [schema.type, 'null'] });
}

/** Responses are never modified before they are sent, so read-only lists are sufficient. */
export function listOf<Schema extends TSchema>(items: Schema, description?: string) {
  return Type.Unsafe<readonly Static<Schema>[]>(
    Type.Array(items, description === undefined ? {} : { description }),
  );
}

export const moment = Type.String({ format: 'date-time' });
export const text = Type.String();
export const count = Type.Integer({ minimum: 0 });
export const seconds = Type.Number({ minimum: 0 });

const RUN_STATUS = ['RUNNING', 'SUCCESS', 'HELD', 'PARTIAL', 'FAILED', 'DRY_RUN'] as const;

export const statusSchema = Type.Enum(RUN_STATUS, {
  description:
    'RUNNING · SUCCESS · HELD: deletes are withheld · PARTIAL: documents were refused · FAILED · DRY_RUN: requests were written and not sent.',
});

const phaseSchema = Type.Enum(['extract', 'map', 'diff', 'publish', 'ingest', 'commit'] as const, {
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

const progressSchema = Type.Object(
  {
    rows: Type.Integer({ minimum: 0, description: 'Rows read from the source.' }),
    at: Type.String({ format: 'date-time', description: 'When a heartbeat last found more of them.' }),
    rows_per_second: orNull(count, 'Since the run began; null where that was no time ago.'),
  },
  { additionalProperties: false },
);

export const runSchema = Type.Object(
  {
    run_id: text,
    connector_id: text,
    target: Type.String({ description: 'Where documents go: a data store, or `local`.' }),
    status: statusSchema,
    phase: phaseSchema,
    started_at: moment,
    finished_at: orNull(moment, 'Null for a run that has not ended.'),
    duration_seconds: Type.Number({ minimum: 0, description: 'Until now for a run that has not ended.' }),
    counts: orNull(countsSchema, 'Null until the run has published.'),
    hold_reason: orNull(text, 'Why deletes were withheld.'),
    released_by: Type.Unsafe<OpsRun['released_by']>({
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
  { additionalProperties: false, description: 'One run of one connector.' },
);

const timelineSchema = Type.Object(
  {
    name: Type.Enum(['read', 'publish', 'ingest', 'commit'] as const),
    phases: listOf(phaseSchema, 'Extract, map and diff are one step: rows go through them as they come.'),
    state: Type.Enum(['done', 'current', 'failed', 'not_reached'] as const),
    entered_at: orNull(moment, 'Null when it was not reached, or for runs of older versions.'),
    left_at: orNull(moment, 'When the next step began, or the run ended.'),
    duration_seconds: orNull(seconds, 'Until now for the current step of a run in progress.'),
  },
  { additionalProperties: false },
);

const operationSchema = Type.Object(
  {
    name: Type.String({ description: 'The step of the delivery, such as `import-1`.' }),
    state: Type.Enum(['asked', 'running', 'done', 'refused'] as const),
    operation: orNull(text, "The destination's name for it."),
    asked_at: moment,
    detail: Type.Record(
      Type.String(),
      Type.Unsafe<string | number | boolean | null>({ type: ['string', 'number', 'boolean', 'null'] }),
      { description: "In the destination's own words." },
    ),
  },
  { additionalProperties: false },
);

export const linkSchema = Type.Object(
  {
    label: Type.String({ description: 'The system that it leads to.' }),
    url: Type.String({ format: 'uri' }),
  },
  { additionalProperties: false },
);

const problemSchema = orNull(text, 'Why the artifact at `uri` cannot be read; null if it can.');

export const runDetailSchema = Type.Object(
  {
    generated_at: moment,
    run: runSchema,
    timeline: listOf(timelineSchema),
    usual_seconds: orNull(seconds, 'How long the last run took that changed the target.'),
    committed_at: orNull(moment, 'When the changes became the state.'),
    watermark: orNull(text, 'What the next run starts from, once this one is committed.'),
    artifacts: Type.Object(
      {
        manifest: orNull(text, 'Relative to the bucket; null when nothing is published.'),
        folder: orNull(text, 'Relative to the bucket.'),
        bucket: orNull(text, "Of the connector's file as it is now; null for a local run."),
      },
      { additionalProperties: false },
    ),
    operations: listOf(operationSchema, 'Requests to the destination, in order.'),
    rejected_documents: listOf(
      Type.Object(
        {
          doc_id: text,
          reason: text,
          outcome: Type.Enum(['refused', 'unknown'] as const, {
            description: 'refused: nothing changed there · unknown: the change may be in.',
          }),
        },
        { additionalProperties: false },
      ),
      'The first 100 by id. The commit of a later run forgets them.',
    ),
    held_documents: orNull(
      Type.Object(
        { uri: text, total: count, doc_ids: listOf(text, 'The first 100.'), problem: problemSchema },
        { additionalProperties: false },
      ),
      'Documents whose deletes the run withheld, from held.ndjson; null where it withheld none.',
    ),
    quarantined_rows: orNull(
      Type.Object(
        {
          uri: text,
          total: count,
          items: listOf(
            Type.Object(
              {
                row: orNull(Type.Integer(), 'Of the listing, from 1.'),
                place: Type.String({ description: 'Such as `people.csv, line 4`; may be empty.' }),
                doc_id: orNull(text, 'Null for a row whose id is not known.'),
                code: text,
                reason: text,
              },
              { additionalProperties: false },
            ),
            'The first 100.',
          ),
          problem: problemSchema,
        },
        { additionalProperties: false },
      ),
      'Rows that the run quarantined, from quarantine.ndjson; null where there are none.',
    ),
    process: orNull(
      Type.Object(
        { host: orNull(text, 'Identity of the machine.'), pid: orNull(Type.Integer(), 'Process id.') },
        { additionalProperties: false },
      ),
      'Who runs it now; null for a run that ended.',
    ),
    links: listOf(linkSchema),
    commands: Type.Object(
      {
        run: orNull(text, 'Runs the connector again.'),
        release_deletes: orNull(text, 'The same, with the withheld deletes released.'),
        explain: orNull(text, 'Why a document is there, or not.'),
      },
      { additionalProperties: false, description: 'For a shell; null for a connector without a file.' },
    ),
  },
  { additionalProperties: false, description: 'The run.' },
);

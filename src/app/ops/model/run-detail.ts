import { Type } from 'typebox';
import { phaseSchema, runSchema } from './run.ts';
import { count, linkSchema, listOf, moment, orNull, seconds, text, type Of } from './values.ts';

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

export type TimelineStep = Of<typeof timelineSchema>;

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

export type OpsOperation = Of<typeof operationSchema>;

const problemSchema = orNull(text, 'Why the artifact at `uri` cannot be read; null if it can.');

const heldSchema = Type.Object(
  { uri: text, total: count, doc_ids: listOf(text, 'The first 100.'), problem: problemSchema },
  { additionalProperties: false },
);
export type OpsHeldDocuments = Of<typeof heldSchema>;

const quarantinedSchema = Type.Object(
  {
    uri: text,
    total: count,
    items: listOf(
      Type.Object(
        {
          row: orNull(Type.Integer(), 'Number of the row in the listing, from 1.'),
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
);
export type OpsQuarantinedRows = Of<typeof quarantinedSchema>;

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
        bucket: orNull(text, 'The bucket in the connector file as it is now; null for a local run.'),
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
      heldSchema,
      'Documents whose deletes the run withheld, from held.ndjson; null where it withheld none.',
    ),
    quarantined_rows: orNull(
      quarantinedSchema,
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
export type OpsRunDetail = Of<typeof runDetailSchema>;

import { Type } from 'typebox';
import { SYNC_COLLECTION_CHARACTERS_MAX, SYNC_COLLECTIONS_MAX } from '../limits.ts';

const MODES = ['full', 'incremental'] as const;

const modeSchema = Type.Unsafe<(typeof MODES)[number]>({
  type: 'string',
  enum: MODES,
  description:
    'full: read every entity, and delete those that the API no longer lists. incremental: read what changed since the last sync. A collection that was never synced is read in full.',
});

const appKeySchema = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  description: 'The `spec.appKey` of an App, or its name.',
});

export const syncBodySchema = Type.Object(
  {
    app_key: appKeySchema,
    mode: Type.Optional(modeSchema),
    collections: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: SYNC_COLLECTION_CHARACTERS_MAX }), {
        maxItems: SYNC_COLLECTIONS_MAX,
        description: 'Keys of the collections to sync; all if absent or empty.',
      }),
    ),
    immediate: Type.Optional(
      Type.Boolean({
        description: 'true: sync now and answer with the result. false, the default: answer with a job.',
      }),
    ),
  },
  { additionalProperties: false, examples: [{ app_key: 'crm', mode: 'incremental' }] },
);

const counts = {
  created: Type.Integer({ description: 'Entities that were not known before.' }),
  updated: Type.Integer({ description: 'Entities whose payload changed.' }),
  deleted: Type.Integer({ description: 'Entities that were deleted.' }),
  unchanged: Type.Integer({ description: 'Entities that were read and not written.' }),
  held: Type.Integer({ description: 'Deletes that the delete guard withheld.' }),
  errors: Type.Integer({
    description: 'Records that could not be stored, and collections that could not be read.',
  }),
};

export const countsSchema = Type.Object(counts, { additionalProperties: false });

const details = {
  error_details: Type.Array(
    Type.Object(
      {
        collection_key: Type.String(),
        code: Type.String({ description: 'Stable name of the error, such as SOURCE_RATE_LIMITED.' }),
        message: Type.String(),
      },
      { additionalProperties: false },
    ),
    { description: 'The first errors.' },
  ),
  collections: Type.Array(
    Type.Object(
      { collection_key: Type.String(), mode: modeSchema, ...counts },
      { additionalProperties: false },
    ),
  ),
  duration_ms: Type.Integer(),
};

export const detailsSchema = Type.Object(details, { additionalProperties: false });

export const syncedSchema = Type.Object(
  { app_key: Type.String(), mode: modeSchema, ...counts, ...details },
  {
    additionalProperties: false,
    description:
      'The sync has ended, perhaps with errors. The counts at the top are those of all collections.',
  },
);

const STATUSES = ['pending', 'running', 'completed', 'partial', 'held', 'failed', 'cancelled'] as const;
const statusSchema = Type.Unsafe<(typeof STATUSES)[number]>({
  type: 'string',
  enum: STATUSES,
  description:
    'partial: some records or collections failed. held: deletes were withheld. failed: no collection was synced. cancelled: an equal request replaced it.',
});

export const requestedSchema = Type.Object(
  {
    job_id: Type.String({ description: 'For GET /v1/sync/jobs/{job_id}.' }),
    app_key: Type.String(),
    mode: modeSchema,
    status: statusSchema,
  },
  {
    additionalProperties: false,
    description: 'The sync is requested. An equal request that still waits is answered with the same job.',
  },
);

const time = Type.Union([Type.String({ format: 'date-time' }), Type.Null()]);

export const jobSchema = Type.Object(
  {
    job_id: Type.String(),
    app_key: Type.String(),
    mode: modeSchema,
    status: statusSchema,
    run_id: Type.Union([Type.String(), Type.Null()], { description: 'Names the run in logs and in Ops.' }),
    ...counts,
    ...details,
    progress: Type.Object(
      { records_seen: Type.Integer({ description: 'Records read so far.' }) },
      { additionalProperties: false },
    ),
    created_at: time,
    started_at: time,
    completed_at: time,
    error: Type.Union([
      Type.Object({ code: Type.String(), message: Type.String() }, { additionalProperties: false }),
      Type.Null(),
    ]),
  },
  { additionalProperties: false, description: 'The state of the job, with the counts so far or of its end.' },
);

export const jobParamsSchema = Type.Object({
  job_id: Type.String({ minLength: 1, maxLength: 64, description: 'The `job_id` of a response.' }),
});

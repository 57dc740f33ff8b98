import { Type } from 'typebox';
import {
  OPS_OFFSET_MAX,
  OPS_RUNS_DEFAULT,
  OPS_RUNS_MAX,
  OPS_WINDOW_HOURS_DEFAULT,
  OPS_WINDOW_HOURS_MAX,
} from '../limits.ts';
import { SORTS } from './overview/connector-list.ts';
import {
  count,
  linkSchema,
  listOf,
  moment,
  orNull,
  runSchema,
  seconds,
  statusSchema,
  text,
} from './run-schemas.ts';

/** The schema of a run id or connector name in a URL. Postgres fails on NUL characters, which no name contains. */
function nameSchema(description: string) {
  return Type.String({ minLength: 1, maxLength: NAME_CHARACTERS_MAX, pattern: NO_NUL, description });
}

const NAME_CHARACTERS_MAX = 256;
const NO_NUL = '^[^\\u0000]*$';

const numbers = {
  window_hours: Type.Integer({
    minimum: 1,
    maximum: OPS_WINDOW_HOURS_MAX,
    default: OPS_WINDOW_HOURS_DEFAULT,
    description: 'Runs that started within this number of hours.',
  }),
  limit_runs: Type.Integer({ minimum: 1, maximum: OPS_RUNS_MAX, default: OPS_RUNS_DEFAULT }),
  offset_runs: Type.Integer({ minimum: 0, maximum: OPS_OFFSET_MAX, default: 0 }),
};

export const snapshotQuerySchema = Type.Object(
  {
    status: Type.Optional(statusSchema),
    connector_id: Type.Optional(nameSchema('One connector alone.')),
    ...numbers,
  },
  { additionalProperties: false },
);

/** A form submits an empty field as an empty string. */
export const pageQuerySchema = Type.Object(
  {
    status: Type.Optional(Type.Union([statusSchema, Type.Literal('')])),
    connector_id: Type.Optional(Type.String({ maxLength: NAME_CHARACTERS_MAX, pattern: NO_NUL })),
    connectors: Type.Optional(Type.Literal('all')),
    find: Type.Optional(Type.String({ maxLength: NAME_CHARACTERS_MAX, pattern: NO_NUL })),
    sort: Type.Optional(Type.Enum(SORTS)),
    order: Type.Optional(Type.Enum(['asc', 'desc'] as const)),
    ...numbers,
  },
  { additionalProperties: false },
);

export const idParamsSchema = Type.Object({ id: nameSchema('Name of the connector.') });
export const runParamsSchema = Type.Object({ run_id: nameSchema('Id of the run.') });

const stateSchema = Type.Enum(
  ['failing', 'stalled', 'held', 'partial', 'late', 'running', 'never_run', 'ok'] as const,
  { description: 'Most urgent state first; docs/ops.md explains each.' },
);

const connectorSchema = Type.Object(
  {
    connector_id: text,
    file: orNull(text, 'Null for a connector that has run and has no valid file now.'),
    mode: orNull(text, 'sql_pull, rest_pull, rest_push or file_pull.'),
    labels: Type.Record(Type.String(), Type.String(), { description: 'Of the file.' }),
    schedule: orNull(text, 'Cron expression of five fields, in UTC.'),
    state: stateSchema,
    last_run: orNull(runSchema, 'The run that began last.'),
    previous_run: orNull(runSchema, 'While that run is in progress: the run that ended before it.'),
    last_success_at: orNull(moment, 'When the last run of status SUCCESS ended.'),
    freshness: Type.Object(
      {
        as_of: orNull(moment, 'When the run began that changed the target last.'),
        age_seconds: orNull(seconds, 'Since then.'),
        last_due_at: orNull(moment, 'The newest start by the schedule whose grace is over.'),
        next_due_at: orNull(moment, 'The next start by the schedule.'),
        late: orNull(
          Type.Boolean(),
          'A start was due and no run has committed since; null without a schedule or a run.',
        ),
        overdue_seconds: orNull(seconds, 'Since the first start that was missed; null unless late.'),
      },
      { additionalProperties: false },
    ),
    usual_seconds: orNull(seconds, 'How long the run took that changed the target last.'),
    held_deletes: orNull(count, 'Withheld by that run.'),
    quarantined: orNull(count, 'Rows set aside by that run.'),
    rejected: orNull(count, 'Documents of that run that the destination refused.'),
    pending: orNull(
      Type.Object(
        { batches: count, events: count, oldest_received_at: orNull(moment, 'Null when nothing waits.') },
        { additionalProperties: false },
      ),
      'Pushes that no run has delivered; null for a connector that takes none.',
    ),
  },
  { additionalProperties: false },
);

const byStatus = Type.Object(
  { RUNNING: count, SUCCESS: count, HELD: count, PARTIAL: count, FAILED: count, DRY_RUN: count },
  { additionalProperties: false },
);
const byState = Type.Object(
  {
    failing: count,
    stalled: count,
    held: count,
    partial: count,
    late: count,
    running: count,
    never_run: count,
    ok: count,
  },
  { additionalProperties: false },
);

export const snapshotSchema = Type.Object(
  {
    generated_at: moment,
    window: Type.Object({ hours: Type.Integer(), since: moment }, { additionalProperties: false }),
    totals: Type.Object(
      {
        runs: Type.Integer({
          minimum: 0,
          description: 'Runs that started within the window, of any status.',
        }),
        by_status: byStatus,
        success_rate: orNull(
          Type.Number({ minimum: 0, maximum: 1 }),
          'SUCCESS among the runs of the window that ended, dry runs left out; null if there is none.',
        ),
        connectors: count,
        by_state: byState,
        broken_files: Type.Integer({
          minimum: 0,
          description:
            'Files with at least one problem; each problem is listed in `broken_files` beside this.',
        }),
        held_deletes: count,
        pending: Type.Object({ batches: count, events: count }, { additionalProperties: false }),
      },
      { additionalProperties: false },
    ),
    connectors: listOf(connectorSchema, 'Those that need attention first, then by name.'),
    broken_files: listOf(
      Type.Object(
        { file: text, line: Type.Integer(), path: text, message: text, fix: text },
        { additionalProperties: false },
      ),
      'What is wrong in the folder of connectors; no run of these can start.',
    ),
    runs: Type.Object(
      {
        items: listOf(runSchema, 'Newest first.'),
        total: Type.Integer({ minimum: 0, description: 'As many as there are with these filters.' }),
        limit: count,
        offset: count,
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false, description: 'Connectors, and a page of runs.' },
);

const factsSchema = Type.Object(
  {
    description: orNull(text, 'Of the file.'),
    labels: Type.Record(Type.String(), Type.String()),
    source_type: text,
    secret_ref: orNull(text, 'The name of the secret, never its value.'),
    delta: Type.Boolean({ description: 'Whether runs ask for what changed, and so cannot see deletes.' }),
    target: text,
    bucket: text,
    prefix: text,
    access_control: Type.Enum(['required', 'off'] as const),
    delete_policy: text,
    delete_limit: Type.Object({ count, ratio: Type.Number() }, { additionalProperties: false }),
  },
  { additionalProperties: false },
);

export const connectorDetailSchema = Type.Object(
  {
    generated_at: moment,
    connector: connectorSchema,
    facts: orNull(factsSchema, 'What the file says; null for a connector without a valid file.'),
    pushes: orNull(
      Type.Object(
        {
          path: Type.String({ description: 'Where producers push to, on this server.' }),
          newest: listOf(
            Type.Object(
              {
                push_run_id: text,
                received_at: moment,
                accepted: count,
                rejected: count,
                waiting: Type.Integer({ minimum: 0, description: 'Events that no run has delivered yet.' }),
                refused_for: listOf(text, 'Codes of refused events, each once.'),
              },
              { additionalProperties: false },
            ),
            'The newest 10, newest first. Delivered pushes are forgotten after some time.',
          ),
        },
        { additionalProperties: false },
      ),
      'Null for a connector that takes no pushes.',
    ),
    history: listOf(runSchema, 'The newest runs, newest first.'),
    links: listOf(linkSchema, 'About the last run.'),
    commands: Type.Object(
      {
        run: orNull(text, 'Runs the connector.'),
        release_deletes: orNull(text, 'The same, with the withheld deletes released.'),
      },
      { additionalProperties: false, description: 'For a shell; null for a connector without a file.' },
    ),
  },
  { additionalProperties: false, description: 'The connector.' },
);

import { Type } from 'typebox';
import { runSchema } from './run.ts';
import { count, moment, orNull, seconds, text, type Of } from './values.ts';

/** The states by urgency, most urgent first; the pages use the same order. */
export const STATES_BY_NEED = [
  'failing',
  'stalled',
  'held',
  'partial',
  'late',
  'running',
  'never_run',
  'ok',
] as const;

export const stateSchema = Type.Enum(STATES_BY_NEED, {
  description: 'Most urgent state first; docs/ops.md explains each.',
});
export type ConnectorState = Of<typeof stateSchema>;

export const scheduleProperties = {
  schedule: orNull(text, 'Cron expression of five fields, in `time_zone`.'),
  time_zone: orNull(text, 'IANA name of the time zone of the schedule; null without a schedule.'),
  paused: Type.Boolean({ description: 'The schedule starts no runs for now, so none is due or late.' }),
};

export const freshnessSchema = Type.Object(
  {
    as_of: orNull(moment, 'When the run began that changed the target last.'),
    age_seconds: orNull(seconds, 'Since then.'),
    last_due_at: orNull(moment, 'The newest start by the schedule whose grace is over.'),
    next_due_at: orNull(moment, 'The next start by the schedule; null while paused.'),
    late: orNull(
      Type.Boolean(),
      'A start was due and no run has committed since; null without a schedule or a run, and while paused.',
    ),
    overdue_seconds: orNull(seconds, 'Since the first start that was missed; null unless late.'),
  },
  { additionalProperties: false },
);
export type Freshness = Of<typeof freshnessSchema>;

const pendingSchema = Type.Object(
  {
    batches: count,
    events: count,
    oldest_received_at: orNull(moment, 'Null when nothing waits.'),
    overdue_seconds: orNull(
      seconds,
      'Since a run should have delivered the oldest: by the schedule, or 60 minutes after it was received; null unless late.',
    ),
  },
  { additionalProperties: false },
);
export type PendingPushes = Of<typeof pendingSchema>;

export const connectorSchema = Type.Object(
  {
    connector_id: text,
    file: orNull(text, 'Null for a connector that has run and has no valid file now.'),
    mode: orNull(text, 'sql_pull, rest_pull, rest_push or file_pull.'),
    labels: Type.Record(Type.String(), Type.String(), { description: 'The labels in the connector file.' }),
    ...scheduleProperties,
    state: stateSchema,
    last_run: orNull(runSchema, 'The run that began last.'),
    previous_run: orNull(runSchema, 'While that run is in progress: the run that ended before it.'),
    last_success_at: orNull(moment, 'When the last run of status SUCCESS ended.'),
    freshness: freshnessSchema,
    usual_seconds: orNull(seconds, 'How long the run took that changed the target last.'),
    held_deletes: orNull(count, 'Withheld by that run.'),
    quarantined: orNull(count, 'Rows set aside by that run.'),
    rejected: orNull(count, 'Documents of that run that the destination refused.'),
    pending: orNull(pendingSchema, 'Pushes that no run has delivered; null for a connector that takes none.'),
  },
  { additionalProperties: false },
);
export type OpsConnector = Of<typeof connectorSchema>;

import { stringify } from 'yaml';
import { KIND_NOUNS, type KindName } from '../../definitions/files/kind-names.ts';
import type { Schedulable } from '../schedulable.ts';
import { KESTRA_CATCH_UP_HOURS_MAX, KESTRA_EXECUTION_HOURS_MAX } from './limits.ts';

/** The namespace of all generated flows, and of no others: the alert flow selects executions by it. */
const NAMESPACE = 'gemini.sync.connectors';
/** The hand-written flow that runs any definition. */
const RUN_FLOW = { namespace: 'gemini.sync', flowId: 'run_definition' };
const STATE_SECRET = 'BRIDGE_DATABASE_URL';
/** Runs with these exit statuses did their work: done, held, partial. */
const APPLIED = "['0', '3', '4']";

interface FlowInput {
  readonly id: string;
  readonly description: string;
}

const FULL: FlowInput = { id: 'full', description: 'Reads everything, ignoring the checkpoint' };
const NEW_PASS: FlowInput = { id: 'full', description: 'Begins a new pass at the first page' };
const DRY_RUN: FlowInput = { id: 'dry_run', description: 'Reports what would change, and writes nothing' };
const RESEND: FlowInput = {
  id: 'resend',
  description: 'Sends every document again, including unchanged ones',
};
const RECONCILE_FULL: FlowInput = {
  id: 'reconcile_full',
  description: 'Sends every document again, and deletes everything else from the data store',
};

/** The switches that the command of each kind has. */
const SWITCHES: Readonly<Record<KindName, readonly FlowInput[]>> = {
  Connector: [FULL, DRY_RUN, RESEND, RECONCILE_FULL],
  KnowledgeSource: [NEW_PASS],
  App: [FULL, DRY_RUN],
};

/** The flow of one definition as YAML, without a header. The same definition always gives the same text. */
export function flowText(definition: Schedulable): string {
  const sections: readonly object[] = [
    headOf(definition),
    { concurrency: { limit: 1, behavior: 'CANCEL' } },
    { inputs: inputsOf(definition.kind) },
    { tasks: tasksOf(definition) },
    { sla: [timeLimit()] },
    { outputs: OUTPUTS },
    ...(definition.schedule === undefined
      ? []
      : [{ triggers: [triggerOf(definition, definition.schedule)] }]),
  ];
  return sections.map(yamlOf).join('\n');
}

/** YAML 1.1 quotes texts such as `no` and `12e3`, which Kestra would otherwise not read as texts. */
function yamlOf(section: object): string {
  return stringify(section, { version: '1.1', lineWidth: 0 });
}

function headOf({ kind, name, file }: Schedulable): object {
  return {
    id: name,
    namespace: NAMESPACE,
    description: `Runs the ${KIND_NOUNS[kind]} of ${file}.`,
    labels: { 'managed-by': 'git', app: 'gemini-sync-bridge', kind, definition: name },
  };
}

/** Every input has a default, so a schedule and a backfill need not name any. */
function inputsOf(kind: KindName): object[] {
  const allowDeletes = {
    id: 'allow_deletes',
    type: 'INT',
    min: 0,
    defaults: 0,
    description: 'Releases up to this number of held deletes, all or none; 0 releases none',
  };
  return [
    allowDeletes,
    ...SWITCHES[kind].map(({ id, description }) => ({ id, type: 'BOOL', defaults: false, description })),
  ];
}

function tasksOf({ kind, name, file, secretVariables }: Schedulable): object[] {
  const secrets = secretVariables.map((variable) => variable.replace(/^SECRET_/, ''));
  const passed = ['allow_deletes', ...SWITCHES[kind].map(({ id }) => id)];
  const run = {
    id: 'run',
    type: 'io.kestra.plugin.core.flow.Subflow',
    ...RUN_FLOW,
    wait: true,
    transmitFailed: true,
    inheritLabels: true,
    restartBehavior: 'NEW_EXECUTION',
    labels: { 'run-id': '{{ execution.id }}' },
    inputs: {
      kind,
      name,
      file,
      secrets,
      run_id: '{{ execution.id }}',
      ...Object.fromEntries(passed.map((id) => [id, `{{ inputs.${id} }}`])),
    },
  };
  return [secretsTask(secrets), run, VERIFY];
}

/** Without this task, a missing secret would fail the task that is retried, and be reported only after several minutes. */
function secretsTask(secrets: readonly string[]): object {
  const isEmpty = [STATE_SECRET, ...secrets].map((secret) => `secret('${secret}') is empty`);
  return {
    id: 'secrets',
    type: 'io.kestra.plugin.core.execution.Fail',
    description: 'Fails at once if a secret is missing.',
    condition: `{{ ${isEmpty.join(' or ')} }}`,
    errorMessage: 'A secret of this flow is empty.',
  };
}

/** Checked again in the parent: Kestra has skipped the last task of a child after a retry, and ended it as SUCCESS. */
const VERIFY = {
  id: 'verify',
  type: 'io.kestra.plugin.core.execution.Fail',
  condition: `{{ not (${APPLIED} contains (outputs.run.outputs.exit_status ?? 'none')) }}`,
  errorMessage: 'The run ended without an exit status that says that it did its work.',
};

function timeLimit(): object {
  return {
    id: 'took_too_long',
    type: 'MAX_DURATION',
    duration: `PT${KESTRA_EXECUTION_HOURS_MAX}H`,
    behavior: 'FAIL',
    labels: { sla: 'missed' },
  };
}

const OUTPUTS: readonly object[] = [
  { id: 'status', byDefault: 'FAILED' },
  { id: 'exit_status', byDefault: 'none' },
  { id: 'held_deletes', byDefault: 'unknown' },
  { id: 'manifest', byDefault: 'none' },
  { id: 'error', byDefault: 'none' },
  { id: 'error_message', byDefault: 'none' },
].map(({ id, byDefault }) => ({
  id,
  type: 'STRING',
  value: `{{ outputs.run.outputs.${id} ?? '${byDefault}' }}`,
}));

function triggerOf({ timeZone, paused, catchUp }: Schedulable, schedule: string): object {
  return {
    // A trigger with another id would be a new schedule, which begins now.
    id: 'schedule',
    type: 'io.kestra.plugin.core.trigger.Schedule',
    cron: schedule.trim().split(/\s+/).join(' '),
    timezone: timeZone,
    recoverMissedSchedules: catchUp === 'last' ? 'LAST' : 'NONE',
    lateMaximumDelay: `PT${KESTRA_CATCH_UP_HOURS_MAX}H`,
    ...(paused ? { disabled: true } : {}),
  };
}

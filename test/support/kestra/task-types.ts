/** The keys that Kestra 2 knows, as far as our flows use them. It refuses a flow with any other key. */

export const FLOW_KEYS: ReadonlySet<string> = new Set([
  'id',
  'namespace',
  'description',
  'labels',
  'inputs',
  'variables',
  'tasks',
  'errors',
  'finally',
  'afterExecution',
  'triggers',
  'concurrency',
  'outputs',
  'retry',
  'sla',
  'checks',
  'disabled',
]);

const COMMON_TASK_KEYS = [
  'id',
  'type',
  'description',
  'retry',
  'timeout',
  'disabled',
  'runIf',
  'allowFailure',
];

/** Tasks that a worker runs. Only these have a time limit: Kestra ignores it elsewhere. */
export const RUNNABLE: ReadonlySet<string> = new Set([
  'io.kestra.plugin.scripts.shell.Commands',
  'io.kestra.plugin.core.http.Request',
]);

const OWN_TASK_KEYS: Readonly<Record<string, readonly string[]>> = {
  'io.kestra.plugin.scripts.shell.Commands': [
    'commands',
    'beforeCommands',
    'env',
    'taskRunner',
    'interpreter',
  ],
  'io.kestra.plugin.core.http.Request': ['uri', 'method', 'contentType', 'body', 'headers', 'options'],
  'io.kestra.plugin.core.log.Log': ['message', 'level'],
  'io.kestra.plugin.core.execution.Fail': ['condition', 'errorMessage'],
  'io.kestra.plugin.core.flow.Switch': ['value', 'cases', 'defaults'],
  'io.kestra.plugin.core.flow.Loop': ['values', 'tasks', 'concurrencyLimit', 'transmitFailed', 'outputs'],
  'io.kestra.plugin.core.flow.Subflow': [
    'namespace',
    'flowId',
    'inputs',
    'labels',
    'wait',
    'transmitFailed',
    'inheritLabels',
    'restartBehavior',
  ],
};

const OWN_TRIGGER_KEYS: Readonly<Record<string, readonly string[]>> = {
  'io.kestra.plugin.core.trigger.Schedule': [
    'cron',
    'timezone',
    'inputs',
    'recoverMissedSchedules',
    'lateMaximumDelay',
  ],
  'io.kestra.plugin.core.trigger.Flow': ['inputs', 'states', 'dependsOn', 'mode', 'window'],
  'io.kestra.plugin.core.trigger.Webhook': ['key', 'inputs'],
};

/** Undefined for a type that no flow of ours uses. */
export function taskKeys(type: string): readonly string[] | undefined {
  const own = OWN_TASK_KEYS[type];
  return own === undefined ? undefined : [...COMMON_TASK_KEYS, ...own];
}

/** Undefined for a type that no flow of ours uses. */
export function triggerKeys(type: string): readonly string[] | undefined {
  const own = OWN_TRIGGER_KEYS[type];
  return own === undefined ? undefined : ['id', 'type', 'description', 'when', 'disabled', 'labels', ...own];
}

export const INPUT_KEYS: ReadonlySet<string> = new Set([
  'id',
  'type',
  'description',
  'displayName',
  'required',
  'defaults',
  'validator',
  'min',
  'max',
  'values',
  'itemType',
]);

export const INPUT_TYPES: ReadonlySet<string> = new Set(['STRING', 'SELECT', 'INT', 'BOOL', 'ARRAY']);

/** Words of older versions of Kestra. */
export const FORMER_WORDS: readonly RegExp[] = [
  /\bpluginDefaults\b/,
  /\btaskDefaults\b/,
  /\bForEach(Item)?\b/,
  /\bEach(Sequential|Parallel)\b/,
  /\b(pre)?conditions:/,
  /\bBOOLEAN\b/,
  /\bENUM\b/,
  /\bCANCELED\b/,
  /\|\s*json\b/,
  /\bjson\(/,
  /^\s*runner:/m,
  /^\s*docker:/m,
  /\bmaxAttempt:/,
];

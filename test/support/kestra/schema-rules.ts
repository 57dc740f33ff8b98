import { isTimeZone } from '../../../src/definitions/schedule/time-zone.ts';
import { isObject, objectAt, objectsIn, secondsOf, textAt, textsIn, type Fields } from './fields.ts';
import type { Flow } from './flow.ts';
import {
  FLOW_KEYS,
  FORMER_WORDS,
  INPUT_KEYS,
  INPUT_TYPES,
  RUNNABLE,
  taskKeys,
  triggerKeys,
} from './task-types.ts';
import { tasksOf } from './tasks.ts';

/** A rule that a flow has to keep. */
export interface FlowRule {
  /** Completes "every flow …". */
  readonly title: string;
  /** What breaks the rule; empty if nothing does. */
  violations(flow: Flow, all: readonly Flow[]): string[];
}

const ID = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/;
const INNER_ID = /^[a-zA-Z0-9][a-zA-Z0-9_]*$/;
const NAMESPACE = /^[a-z0-9][a-z0-9._-]{0,149}$/;
const RESERVED = /^(pause|resume|force-run|change-status|kill|executions|search|source|disable|enable)$/;
/** Where a secret does not end up in a log or in the database of Kestra. */
const SECRET_PLACES = /(^|\.)(env\.\w+|uri|key|headers\.\w+)$|^tasks\.\d+\.condition$/;

function unknownKeys(fields: Fields, known: Iterable<string>, what: string): string[] {
  const names = new Set(known);
  return Object.keys(fields).flatMap((key) => (names.has(key) ? [] : [`${what}: unknown key ${key}`]));
}

const triggersOf = ({ fields }: Flow): Fields[] => objectsIn(fields['triggers']);
const inputsOf = ({ fields }: Flow): Fields[] => objectsIn(fields['inputs']);

function repeated(ids: readonly string[]): string[] {
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id} is used twice`);
}

/** The rules of Kestra's own validation, as far as they can be checked without a server. */
export const SCHEMA_RULES: readonly FlowRule[] = [
  {
    title: 'has an id and a namespace that Kestra accepts',
    violations: ({ fields }) => [
      ...(ID.test(textAt(fields, 'id')) && !RESERVED.test(textAt(fields, 'id')) ? [] : ['id']),
      ...(NAMESPACE.test(textAt(fields, 'namespace')) ? [] : ['namespace']),
    ],
  },
  {
    title: 'has no key that Kestra does not know',
    violations: (flow) => [
      ...unknownKeys(flow.fields, FLOW_KEYS, 'flow'),
      ...tasksOf(flow).flatMap((task) => unknownKeys(task, taskKeys(textAt(task, 'type')) ?? [], 'task')),
      ...triggersOf(flow).flatMap((trigger) =>
        unknownKeys(trigger, triggerKeys(textAt(trigger, 'type')) ?? [], 'trigger'),
      ),
      ...inputsOf(flow).flatMap((input) => unknownKeys(input, INPUT_KEYS, 'input')),
    ],
  },
  {
    title: 'has unique ids without dashes for tasks, inputs, outputs and triggers',
    violations: (flow) =>
      [tasksOf(flow), inputsOf(flow), objectsIn(flow.fields['outputs']), triggersOf(flow)].flatMap(
        (group) => {
          const ids = group.map((one) => textAt(one, 'id'));
          return [...repeated(ids), ...ids.filter((id) => !INNER_ID.test(id))];
        },
      ),
  },
  {
    title: 'has inputs of a current type, whose defaults are possible',
    violations: (flow) =>
      inputsOf(flow).flatMap((input) => [
        ...(INPUT_TYPES.has(textAt(input, 'type')) ? [] : [`type of ${textAt(input, 'id')}`]),
        ...('defaults' in input && input['required'] === false ? [`defaults of ${textAt(input, 'id')}`] : []),
      ]),
  },
  {
    title: 'calls only other flows that exist, with all inputs that these need and no others',
    violations: (flow, all) => tasksOf(flow).flatMap((task) => subflowViolations(flow, task, all)),
  },
  {
    title: 'has a schedule with five fields, a known time zone and all inputs that have no default',
    violations: (flow) =>
      triggersOf(flow)
        .filter(({ cron }) => cron !== undefined)
        .flatMap((trigger) => [
          ...(textAt(trigger, 'cron').split(' ').length === 5 ? [] : ['cron']),
          ...(isTimeZone(textAt(trigger, 'timezone')) ? [] : ['timezone']),
          ...inputsOf(flow)
            .filter(
              (input) => !('defaults' in input) && !(textAt(input, 'id') in objectAt(trigger, 'inputs')),
            )
            .map((input) => `no value for ${textAt(input, 'id')}`),
        ]),
  },
  {
    title: 'has labels with values, none of which belongs to Kestra',
    violations: (flow) =>
      [flow.fields, ...tasksOf(flow)].flatMap((one) =>
        Object.entries(objectAt(one, 'labels')).flatMap(([key, value]) =>
          key.startsWith('system.') || typeof value !== 'string' || value === '' ? [key] : [],
        ),
      ),
  },
  {
    title: 'retries within limits that fit together',
    violations: (flow) =>
      tasksOf(flow).flatMap((task) => (isObject(task['retry']) ? retryViolations(task['retry']) : [])),
  },
  {
    title: 'uses no word of an older version',
    violations: ({ text }) => FORMER_WORDS.filter((word) => word.test(text)).map(String),
  },
  {
    title: 'has a time limit only where Kestra observes it',
    violations: (flow) =>
      tasksOf(flow).flatMap((task) =>
        'timeout' in task && !RUNNABLE.has(textAt(task, 'type')) ? [textAt(task, 'id')] : [],
      ),
  },
  {
    title: 'reads secrets only where they stay secret, and changes them in no other way than Base64',
    violations: ({ fields }) =>
      textsIn(fields).flatMap(({ path, text }) => {
        if (!text.includes('secret(')) return [];
        const filtered = [...text.matchAll(/secret\([^)]*\)\s*\|\s*(\w+)/g)].map(([, filter]) => filter);
        return SECRET_PLACES.test(path) && filtered.every((filter) => filter === 'base64encode')
          ? []
          : [path];
      }),
  },
  {
    title: 'has balanced expressions, and none in its commands',
    violations: ({ fields }) =>
      textsIn(fields).flatMap(({ path, text }) => {
        const isCommand = /\.commands\.\d+$/.test(path);
        if (isCommand) return /\{[{%#]/.test(text) ? [path] : [];
        const counts = ['{{', '{%'].map((open) => text.split(open).length);
        const ends = ['}}', '%}'].map((close) => text.split(close).length);
        return counts.every((count, index) => count === ends[index]) ? [] : [path];
      }),
  },
];

function subflowViolations(flow: Flow, task: Fields, all: readonly Flow[]): string[] {
  const flowId = textAt(task, 'flowId');
  // The flow of a loop is known only when it runs.
  if (flowId === '' || flowId.includes('{{')) return [];
  const target = all.find(
    ({ fields }) => fields['id'] === flowId && fields['namespace'] === task['namespace'],
  );
  if (target === undefined) return [`no flow ${flowId}`];
  if (target.fields['id'] === flow.fields['id']) return ['calls itself'];
  const given = objectAt(task, 'inputs');
  const inputs = inputsOf(target);
  const needed = inputs.filter((input) => !('defaults' in input) && input['required'] !== false);
  return [
    ...needed.map((input) => textAt(input, 'id')).filter((id) => !(id in given)),
    ...Object.keys(given).filter((id) => inputs.every((input) => input['id'] !== id)),
  ];
}

function retryViolations(retry: Fields): string[] {
  const interval = secondsOf(retry['interval']);
  const most = secondsOf(retry['maxDuration']);
  const longest = retry['type'] === 'exponential' ? secondsOf(retry['maxInterval']) : most;
  return Number(retry['maxAttempts']) >= 1 && interval < longest && interval < most ? [] : ['retry'];
}

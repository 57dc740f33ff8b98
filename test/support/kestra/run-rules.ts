import { basename } from 'node:path';
import { objectAt, objectsIn, secondsOf, textAt, textsIn } from './fields.ts';
import type { Flow } from './flow.ts';
import type { FlowRule } from './schema-rules.ts';
import { taskCalled, tasksOf, tasksOfType } from './tasks.ts';

const GENERATED_NAMESPACE = 'gemini.sync.connectors';

export const isGenerated = ({ fields }: Flow): boolean => fields['namespace'] === GENERATED_NAMESPACE;

/** The titles of the statements that are false. */
function unmet(statements: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(statements).flatMap(([title, holds]) => (holds ? [] : [title]));
}

/** A rule for generated flows only. */
function generated(title: string, statements: (flow: Flow, all: readonly Flow[]) => Record<string, boolean>) {
  return {
    title,
    violations: (flow: Flow, all: readonly Flow[]) => (isGenerated(flow) ? unmet(statements(flow, all)) : []),
  };
}

const scriptsOf = (flow: Flow): string[] =>
  tasksOf(flow).flatMap(({ commands }) => (Array.isArray(commands) ? commands.map(String) : []));

const inputIds = ({ fields }: Flow): string[] =>
  objectsIn(fields['inputs']).map((input) => textAt(input, 'id'));

function longestRunSeconds(all: readonly Flow[]): number {
  const sync = all.filter(({ fields }) => fields['id'] === 'run_definition').flatMap(tasksOf)[0] ?? {};
  return secondsOf(sync['timeout']) + secondsOf(objectAt(sync, 'retry')['maxDuration']);
}

/** What a real server taught: each of these was once the cause of a run that failed, hung or told nothing. */
export const RUN_RULES: readonly FlowRule[] = [
  {
    title: 'has no task before one that is retried, because Kestra would run that one twice',
    violations: (flow) =>
      tasksOf(flow).flatMap((task, index) => ('retry' in task && index > 0 ? [textAt(task, 'id')] : [])),
  },
  generated('can be found by the label of its definition and by the id of the run', (flow) => {
    const run = taskCalled(flow, 'run');
    return {
      'label definition': objectAt(flow.fields, 'labels')['definition'] === flow.fields['id'],
      'label run-id': objectAt(run, 'labels')['run-id'] === '{{ execution.id }}',
      'labels are inherited': run['inheritLabels'] === true,
    };
  }),
  {
    title: 'ends as WARNING through a failure that is allowed, because Exit loses the outputs',
    violations: (flow) => (flow.text.includes('execution.Exit') ? ['Exit'] : []),
  },
  generated('names the secrets that it passes, and fails at once if one is missing', (flow) => {
    const names = objectAt(taskCalled(flow, 'run'), 'inputs')['secrets'];
    const listed = Array.isArray(names) ? names.map(String) : [];
    const condition = textAt(taskCalled(flow, 'secrets'), 'condition');
    const checked = [...condition.matchAll(/secret\('([A-Z0-9_]+)'\) is empty/g)].map(([, name]) => name);
    return {
      'names without SECRET_': listed.every((name) => /^(?!SECRET_)[A-Z0-9_]+$/.test(name)),
      'checks all': JSON.stringify(checked) === JSON.stringify(['BRIDGE_DATABASE_URL', ...listed]),
      'checks first': tasksOf(flow)[0]?.['id'] === 'secrets',
    };
  }),
  {
    title: 'never prints its environment, which contains all secrets of the worker',
    violations: (flow) =>
      scriptsOf(flow).filter((script) => /^\s*(env|printenv|set|export|export -p|set -x)\s*$/m.test(script)),
  },
  {
    title: 'has the name of its definition as its id if it is generated, and another namespace if not',
    violations: (flow) =>
      unmet(
        flow.name.startsWith('connectors/')
          ? { id: basename(flow.name, '.yaml') === flow.fields['id'], namespace: isGenerated(flow) }
          : { namespace: flow.fields['namespace'] === 'gemini.sync' },
      ),
  },
  generated('has a default for each input, so that a schedule needs no inputs', ({ fields }) =>
    Object.fromEntries(
      objectsIn(fields['inputs']).map((input) => [textAt(input, 'id'), input['defaults'] !== undefined]),
    ),
  ),
  generated('lets a person release held deletes, and passes every input on', (flow) => {
    const passed = objectAt(taskCalled(flow, 'run'), 'inputs');
    return {
      allow_deletes: inputIds(flow).includes('allow_deletes'),
      ...Object.fromEntries(inputIds(flow).map((id) => [id, passed[id] === `{{ inputs.${id} }}`])),
    };
  }),
  generated('runs its definition anew under the same run id when it is restarted', (flow) => {
    const run = taskCalled(flow, 'run');
    return {
      wait: run['wait'] === true,
      transmitFailed: run['transmitFailed'] === true,
      restartBehavior: run['restartBehavior'] === 'NEW_EXECUTION',
      'no retry': !('retry' in run),
      'run id of the parent': objectAt(run, 'inputs')['run_id'] === '{{ execution.id }}',
    };
  }),
  generated('checks itself that the run did its work', (flow) => ({
    'verify is last': tasksOf(flow).at(-1)?.['id'] === 'verify',
    condition:
      taskCalled(flow, 'verify')['condition'] ===
      "{{ not (['0', '3', '4'] contains (outputs.run.outputs.exit_status ?? 'none')) }}",
  })),
  {
    title: 'never uses "not in", which Kestra takes for true',
    violations: ({ fields }) =>
      textsIn(fields).flatMap(({ path, text }) => (/\{\{[^}]*\bnot in\b/.test(text) ? [path] : [])),
  },
  generated('runs once at a time, and cancels a second start', ({ fields }) => ({
    limit: objectAt(fields, 'concurrency')['limit'] === 1,
    behavior: objectAt(fields, 'concurrency')['behavior'] === 'CANCEL',
  })),
  generated('is ended if it hangs, but not before its last attempt can end', ({ fields }, all) => {
    const [sla = {}, ...others] = objectsIn(fields['sla']);
    return {
      one: others.length === 0 && sla['type'] === 'MAX_DURATION',
      behavior: sla['behavior'] === 'FAIL',
      duration: secondsOf(sla['duration']) > longestRunSeconds(all),
    };
  }),
  generated('has a schedule that keeps its id, its time zone and missed starts', ({ fields }) =>
    Object.fromEntries(
      objectsIn(fields['triggers']).flatMap((trigger) => [
        ['id', trigger['id'] === 'schedule'],
        ['timezone', textAt(trigger, 'timezone') !== ''],
        ['recoverMissedSchedules', /^(LAST|NONE)$/.test(textAt(trigger, 'recoverMissedSchedules'))],
        ['lateMaximumDelay', secondsOf(trigger['lateMaximumDelay']) > 0],
      ]),
    ),
  ),
  {
    title: 'limits how many children a loop starts at once, and goes on after one that fails',
    violations: (flow) =>
      tasksOfType(flow, 'Loop').flatMap((loop) =>
        unmet({
          concurrencyLimit: Number(loop['concurrencyLimit']) >= 1,
          'loop allows failures': loop['allowFailure'] === true,
          'children allow failures': objectsIn(loop['tasks']).every((task) => task['allowFailure'] === true),
        }),
      ),
  },
  {
    title: 'runs the program with node in its folder, and never through npx',
    violations: (flow) =>
      scriptsOf(flow).flatMap((script) =>
        unmet({
          'no npx': !/\bnpx\b/.test(script),
          node: /\bnode "\$program"/.test(script) && script.includes('cd "$GSB_HOME"'),
        }),
      ),
  },
  {
    title: 'asks the program for lines that Kestra reads',
    violations: (flow) =>
      tasksOfType(flow, 'Commands').flatMap((task) =>
        objectAt(task, 'env')['LOG_FORMAT'] === 'kestra' ? [] : [textAt(task, 'id')],
      ),
  },
];

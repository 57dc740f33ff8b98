import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { EXIT, EXIT_MEANINGS, EXIT_NAMES, type Reaction } from '../../src/core/exit-status.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { objectAt, objectsIn, secondsOf, textAt } from '../support/kestra/fields.ts';
import { flowOf, repositoryFlow, repositoryFlows } from '../support/kestra/flow.ts';
import { RUN_RULES } from '../support/kestra/run-rules.ts';
import { SCHEMA_RULES } from '../support/kestra/schema-rules.ts';
import { taskCalled } from '../support/kestra/tasks.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PAGE = readFileSync(join(ROOT, 'kestra', 'README.md'), 'utf8');
const GENERATED = repositoryFlow(join('connectors', 'hr-employees.yaml'));

/** Stands in for curl: records its arguments. Creating a flow fails, as if every flow existed. */
const FAKE_CURL = `#!/bin/sh
printf '%s\\n' "$*" >> "$RECORD"
case "$*" in
  *--data-binary*'/flows -o '*) exit 22 ;;
esac
`;

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** Paragraphs are wrapped, so their texts are compared without line ends. */
const flat = PAGE.replaceAll(/\s+/g, ' ');

function numbers(pattern: RegExp): number[] {
  return (pattern.exec(flat) ?? []).slice(1).map(Number);
}

const statusesWith = (...reactions: readonly Reaction[]) =>
  EXIT_NAMES.filter((name) => reactions.includes(EXIT_MEANINGS[name].reaction)).map((name) => EXIT[name]);

const SHELL_BLOCKS = [...PAGE.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code]) => code ?? '');

/** Runs commands of the page in the repository. @returns the arguments of each call of curl */
async function curlCalls(commands: string): Promise<string[]> {
  const folder = folders.make();
  writeFileSync(join(folder, 'curl'), FAKE_CURL);
  chmodSync(join(folder, 'curl'), 0o755);
  const record = join(folder, 'calls');
  const env = {
    PATH: `${folder}:${process.env['PATH'] ?? ''}`,
    RECORD: record,
    KESTRA: 'https://kestra.example.com/api/v1/main',
    KESTRA_LOGIN: 'admin@example.com:Password1',
  };
  await execa('/bin/sh', ['-eu', '-c', commands], { cwd: ROOT, extendEnv: false, env });
  return existsSync(record) ? readFileSync(record, 'utf8').trimEnd().split('\n') : [];
}

describe('the page about Kestra', () => {
  test('names the exit statuses that the flow retries, and those that end as a warning', () => {
    expect(numbers(/is retried, with (\d+) .*?after a signal \((\d+), (\d+)\)/)).toEqual(
      statusesWith('retry', 'run again if needed'),
    );
    expect(
      numbers(/Deletes that are held \((\d+)\), and rows or documents that were left out \((\d+)\)/),
    ).toEqual(statusesWith('ask a person', 'warn'));
  });

  test('names the time limits of the flows', () => {
    const sync = taskCalled(repositoryFlow('run_definition.yaml'), 'sync');
    const [sla = {}] = objectsIn(GENERATED.fields['sla']);
    const hours = [sync['timeout'], objectAt(sync, 'retry')['maxDuration'], sla['duration']].map(
      (duration) => secondsOf(duration) / 3_600,
    );
    const named = numbers(
      /stopped after (\d+) hours.*?more than (\d+) hours.*?longer than (\d+) hours hangs/,
    );
    expect(named).toEqual(hours);
    expect(numbers(/all attempts together take at most (\d+) hours/)).toEqual([
      (hours[0] ?? 0) + (hours[1] ?? 0),
    ]);
  });

  test('lists the inputs of a generated flow', () => {
    const [, table = ''] = /\n## Run by hand\n(.*?)\n`run_definition`/s.exec(PAGE) ?? [];
    const listed = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, id]) => id);
    expect(listed).toEqual(objectsIn(GENERATED.fields['inputs']).map((input) => textAt(input, 'id')));
  });

  test('has a loop that creates or updates every flow', async () => {
    const loop = SHELL_BLOCKS.find((code) => code.includes('for file in'));
    const calls = await curlCalls((loop ?? '').replace(/^export .*$/m, ''));
    const puts = calls.flatMap((call) => /-X PUT .* (\S+) -o/.exec(call)?.[1] ?? []);
    expect(puts.sort()).toEqual(
      repositoryFlows()
        .map(({ fields }) => [textAt(fields, 'namespace'), textAt(fields, 'id')].join('/'))
        .map((path) => `https://kestra.example.com/api/v1/main/flows/${path}`)
        .sort(),
    );
  });

  test.each([
    ['dry_run=true', 'POST', 'executions/gemini.sync.connectors/hr-employees'],
    ['allow_deletes=2000', 'POST', 'executions/gemini.sync.connectors/hr-employees'],
    ['names=["hr-employees","kb-rest"]', 'POST', 'executions/gemini.sync/run_many'],
    ['"triggerId": "schedule"', 'PUT', 'triggers/backfill/create'],
  ])('shows a request with %s', async (input, method, path) => {
    const code = SHELL_BLOCKS.find((block) => block.includes(input));
    const [call = ''] = await curlCalls(code ?? '');
    expect(call).toContain(`-X ${method}`);
    expect(code).toContain(`"$KESTRA/${path}"`);
  });

  test('has a flow for full runs that keeps all rules', () => {
    const [, text = ''] = /^```yaml\n(id: .*?)^```$/ms.exec(PAGE) ?? [];
    const flow = flowOf('nightly_full_runs.yaml', text);
    const all = repositoryFlows();
    expect([...SCHEMA_RULES, ...RUN_RULES].flatMap((rule) => rule.violations(flow, all))).toEqual([]);
  });

  test('has a backfill whose body is JSON, for a trigger and inputs that exist', () => {
    const [, body = ''] = /backfill\/create" -d '(.*?)'\n/s.exec(PAGE) ?? [];
    const request = JSON.parse(body) as Readonly<Record<string, object>>;
    const [trigger = {}] = objectsIn(GENERATED.fields['triggers']);
    expect(request).toMatchObject({
      namespace: GENERATED.fields['namespace'],
      flowId: GENERATED.fields['id'],
      triggerId: trigger['id'],
    });
    const { inputs } = Object(request['backfill']) as { readonly inputs: object };
    const ids = objectsIn(GENERATED.fields['inputs']).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(Object.keys(inputs)));
  });
});

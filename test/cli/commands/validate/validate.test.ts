import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readEnvironment } from '../../../../src/cli/environment/environment.ts';
import { validateCommand } from '../../../../src/cli/commands/validate/validate.ts';
import type { ExitStatus } from '../../../../src/core/exit-status.ts';
import { exampleOf } from '../../../../src/definitions/presets/example.ts';
import type { Preset } from '../../../../src/definitions/presets/preset.ts';
import { readPresets } from '../../../../src/definitions/presets/read-presets.ts';
import { CONNECTOR_IN_PROCESS_BYTES_MAX } from '../../../../src/definitions/limits.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const bad = (name: string): string => join(root, 'test/definitions/connector/bad', name);

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'validate-'));
});
afterEach(async () => {
  await rm(cwd, { recursive: true });
});

function presetCalled(name: string): Preset {
  const preset = readPresets().find((one) => one.name === name);
  if (preset === undefined) throw new Error(`There is no preset ${name}.`);
  return preset;
}

interface Outcome {
  readonly status: ExitStatus | undefined;
  readonly out: string;
  readonly err: string;
}

async function validate(
  args: readonly string[],
  { env = {}, isTTY = false, at = cwd }: { env?: NodeJS.ProcessEnv; isTTY?: boolean; at?: string } = {},
): Promise<Outcome> {
  let status: ExitStatus | undefined;
  let out = '';
  let err = '';
  const command = validateCommand({
    stdout: { write: (text) => (out += text), isTTY },
    stderr: { write: (text) => (err += text) },
    env: readEnvironment(env),
    cwd: at,
    exit: (value) => (status = value),
  });
  command
    .exitOverride()
    .configureOutput({ writeOut: (text) => (out += text), writeErr: (text) => (err += text) });
  await command.parseAsync(args, { from: 'user' });
  return { status, out, err };
}

describe('validate', () => {
  test('checks the connectors directory by default and warns of secrets that are not set', async () => {
    const { status, out } = await validate([], { at: root, env: { SECRET_KB_API_TOKEN: 'x' } });
    expect(status).toBe(0);
    expect(out).toContain('warn  connectors/hr-employees.yaml:10  spec.source.secretRef');
    expect(out).toContain('SECRET_HR_DB_CREDENTIALS');
    expect(out).not.toContain('SECRET_KB_API_TOKEN');
    expect(out).toMatch(/hr-db-credentials is not set here; a run needs it\.\n/);
    expect(out).toMatch(
      /support-push-token is not set here; a server that takes it from producers needs it\.\n/,
    );
    expect(out).toMatch(/\n3 files valid, 2 warnings\.\n$/);
  });

  test('says nothing but the sum when all is well', async () => {
    const env = { SECRET_HR_DB_CREDENTIALS: 'a', SECRET_KB_API_TOKEN: 'b', SECRET_SUPPORT_PUSH_TOKEN: 'c' };
    expect(await validate(['connectors'], { at: root, env })).toEqual({
      status: 0,
      out: '3 files valid.\n',
      err: '',
    });
  });

  test('takes the directory from CONNECTORS_DIR', async () => {
    await copyFile(bad('wrong-kind.yaml'), join(cwd, 'a.yaml'));
    const { status, out } = await validate([], { env: { CONNECTORS_DIR: '.' } });
    expect(status).toBe(78);
    expect(out).toMatch(/^fail {2}a\.yaml:2 {2}kind /);
  });

  test('shows the problems of all files, each with its place, its field and what to write', async () => {
    await copyFile(bad('several-problems.yaml'), join(cwd, 'a.yaml'));
    await copyFile(bad('yaml-tab.yaml'), join(cwd, 'b.yaml'));
    const { status, out } = await validate(['a.yaml', 'b.yaml', 'c.yaml']);
    expect(status).toBe(78);
    expect(out).toBe(
      [
        'fail  c.yaml  The file does not exist.',
        '              → the path of a file with a definition, from the working directory',
        '',
        'fail  a.yaml:6   spec.mode              mode is "sql_pul", which is not one of the allowed values. Did you mean sql_pull?',
        '                                        → mode: sql_pull',
        'fail  a.yaml:7   spec.schedule          "0 */3 * *" is not a cron expression of five fields; it has 4.',
        '                                        → schedule: "0 */3 * * *" (minute, hour, day, month, weekday)',
        'warn  a.yaml:10  spec.source.secretRef  The secret hr-db-credentials is not set here; a run needs it.',
        "                                        → export SECRET_HR_DB_CREDENTIALS='postgres://…'",
        'fail  a.yaml:18  spec.mapping.idFeild   idFeild is not a key of spec.mapping. Did you mean idField?',
        '                                        → idField:',
        '',
        'fail  b.yaml:4  A tab indents this line; YAML allows spaces only.',
        '                → two spaces for each level in place of the tab',
        '',
        '5 problems, 1 warning in 2 files.',
        '',
      ].join('\n'),
    );
  });

  test('uses colour on a terminal only, and not with NO_COLOR', async () => {
    const escape = '\u001b[';
    const file = bad('wrong-kind.yaml');
    expect((await validate([file])).out).not.toContain(escape);
    expect((await validate([file], { isTTY: true })).out).toContain(escape);
    expect((await validate([file], { isTTY: true, env: { NO_COLOR: '1' } })).out).not.toContain(escape);
  });

  test('lets no text of a file reach the terminal as a command', async () => {
    await writeFile(join(cwd, 'a.yaml'), '"\\e]0;owned\\a\\e[2J\\nb": 1\nkind: "\\e[31mApp"\n');
    const { out } = await validate(['a.yaml']);
    // eslint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  test('writes one object for programs', async () => {
    const { status, out } = await validate(['--format', 'json', bad('wrong-kind.yaml')]);
    expect(status).toBe(78);
    const problems = [
      {
        status: 'fail',
        severity: 'error',
        code: 'wrong_value',
        file: bad('wrong-kind.yaml'),
        line: 2,
        column: 1,
        subject: 'kind',
        path: 'kind',
        message: 'kind is App, and the keys of spec belong to the kind Connector.',
        fix: 'kind: Connector',
      },
    ];
    const counts = { passed: 0, warnings: 0, drifts: 0, failures: 1, skipped: 0 };
    expect(JSON.parse(out)).toEqual({
      ok: false,
      exitStatus: 78,
      exit_status: 78,
      ...counts,
      files: [bad('wrong-kind.yaml')],
      errors: 1,
      findings: problems,
      problems,
    });
    expect(await validate(['--json', bad('wrong-kind.yaml')])).toEqual({ status, out, err: '' });
  });

  test('refuses --json together with another format, rather than to choose one', async () => {
    await expect(validate(['--json', '--format', 'github'])).rejects.toMatchObject({
      code: 'commander.conflictingOption',
    });
  });

  test('names a file that does not exist without a line, in every format', async () => {
    expect((await validate(['nope'])).out).toMatch(/^fail {2}nope {2}The file does not exist\.\n/);
    expect((await validate(['nope', '--format', 'github'])).out).toMatch(/^::error file=nope::The file/);
    const { problems } = JSON.parse((await validate(['nope', '--json'])).out) as { problems: unknown[] };
    expect(problems).toMatchObject([{ file: 'nope', line: null, column: null, path: '' }]);
  });

  test('writes annotations that GitHub understands', async () => {
    await writeFile(join(cwd, 'a,b:c.yaml'), 'kind: "100% \\n App"\n');
    const { out } = await validate(['--format=github', 'a,b:c.yaml']);
    expect(out).toMatch(/^::error file=a%2Cb%3Ac\.yaml,line=1,col=1,title=kind::kind is "100%25 /);
    expect(out.trimEnd().split('\n')).toHaveLength(2);
  });

  test('refuses a format that it does not have', async () => {
    await expect(validate(['--format', 'xml'])).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  });

  test('reports the same of a large file, which a thread checks, as of a small one', async () => {
    const text = await readFile(join(root, 'connectors/hr-employees.yaml'), 'utf8');
    const wrong = text.replace('kind: Connector', 'kind: Connector\nbogus: 1');
    await writeFile(join(cwd, 'hr.yaml'), wrong);
    const small = await validate(['hr.yaml', '--format', 'json']);
    await writeFile(
      join(cwd, 'hr.yaml'),
      wrong + '# a comment\n'.repeat(CONNECTOR_IN_PROCESS_BYTES_MAX / 12),
    );
    const large = await validate(['hr.yaml', '--format', 'json']);
    expect(large).toEqual(small);
    expect(large.out).toContain('secret_missing');
    expect(large.out).toContain('bogus');
  });

  test('prints one connector with its preset filled in', async () => {
    const text = exampleOf(presetCalled('gitlab-issues'));
    await writeFile(join(cwd, 'a.yaml'), text);
    const { status, out } = await validate(['--explain', 'a.yaml']);
    expect(status).toBeUndefined();
    expect(out).toMatch(/^# The preset gitlab-issues is filled in\. This file means the same without it\.\n/);
    expect(out).toMatch(/^ {4}pagination: # preset gitlab-issues\n {6}type: link_header$/m);
    await writeFile(join(cwd, 'b.yaml'), out);
    expect((await validate(['b.yaml'], { env: { SECRET_GITLAB_TOKEN: 'x' } })).out).toBe('1 file valid.\n');
  });

  test('reports the problems of a connector that it cannot print', async () => {
    const { status, out } = await validate(['--explain', bad('wrong-kind.yaml')]);
    expect(status).toBe(78);
    expect(out).toContain('kind is App, and the keys of spec belong to the kind Connector.');
  });

  test.each([[['--explain', 'a.yaml', 'b.yaml']], [['--pages', '2', 'a.yaml']]])(
    'refuses %j, which would ignore an argument',
    async (args) => {
      await expect(validate(args)).rejects.toMatchObject({ code: 'USAGE' });
    },
  );
});

import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readEnvironment } from '../../../src/cli/environment/environment.ts';
import { program } from '../../../src/cli/main.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
let cwd: string;
beforeEach(() => {
  cwd = folders.make();
});
afterAll(() => {
  folders.removeAll();
});

function write(file: string, ...lines: readonly string[]): void {
  mkdirSync(dirname(join(cwd, file)), { recursive: true });
  writeFileSync(join(cwd, file), lines.join('\n'));
}

/** Runs `check-drift` in this process. */
async function check(...args: readonly string[]): Promise<{ readonly status: number; readonly out: string }> {
  let out = '';
  let status = 0;
  const io = {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: () => undefined },
    env: readEnvironment({}),
    cwd,
    exit: (next: number) => (status = next),
  };
  await program(io, () => undefined).parseAsync(['check-drift', ...args], { from: 'user' });
  return { status, out };
}

describe('check-drift --only docs', () => {
  /** What the program says against each command line, with its line. */
  async function refusals(): Promise<string[]> {
    const { out } = await check('--only', 'docs', '--format', 'json');
    const { findings } = JSON.parse(out) as { findings: { line: number; message: string; file: string }[] };
    return findings.map(({ line, message }) => `${line} ${message.replace(/^.*`: /, '')}`);
  }

  test('annotates a removed flag in a page of a user, with file and line', async () => {
    write(
      'docs/howto/sync.md',
      '# Sync',
      '',
      '```sh',
      'gemini-sync-bridge run --connector a.yaml \\',
      '  --gone',
      '```',
    );
    expect(await check('--only', 'docs', '--format', 'github')).toEqual({
      status: 65,
      out: expect.stringMatching(
        /^::error file=docs\/howto\/sync.md,line=4,title=[^:]*::The program refuses `gemini-sync-bridge run --connector a.yaml --gone`: Unknown option '--gone'\./,
      ),
    });
  });

  test('finds an unknown command, a value that is not allowed and an argument too many, wherever they are', async () => {
    write(
      'README.md',
      'Use `gemini-sync-bridge validat` or `gemini-sync-bridge keys gone`.',
      '```console',
      '$ gemini-sync-bridge validate --format githb | tee x',
      '$ LOG_FORMT=json node bin/gemini-sync-bridge.js run --connector a b',
      '$ gemini-sync-bridge run',
      '$ npx gemini-sync-bridge serv',
      '$ npm run --silent bridge -- doctr',
      '```',
    );
    expect(await refusals()).toEqual([
      "1 Unknown command 'validat' (Did you mean validate?)",
      "1 Unknown command 'gone'.",
      "3 Option '--format <format>' argument 'githb' is invalid. Allowed choices are text, json, github.",
      "4 Too many arguments for 'run'. Expected 0 arguments but got 1.",
      '4 No command reads the variable LOG_FORMT.',
      "5 Required option '--connector <path>' not specified.",
      "6 Unknown command 'serv' (Did you mean serve?)",
      "7 Unknown command 'doctr' (Did you mean doctor?)",
    ]);
  });

  test('accepts placeholders, mentions, output, and everything of other programs', async () => {
    write(
      'README.md',
      'Use `gemini-sync-bridge run`, `gemini-sync-bridge run --run-id`, `--foo`, `psql --set X=1` or `OTHER_NAME`.',
      '```sh',
      'gemini-sync-bridge run --connector "$FILE" --allow-deletes MAX --run-id {{ execution.id }} > out 2>&1',
      'gemini-sync-bridge keys create …',
      'gemini-sync-bridge --version && gemini-sync-bridge run --help',
      'other --flag # gemini-sync-bridge nope',
      '```',
      '```text',
      'gemini-sync-bridge nope',
      '```',
    );
    expect(await check('--only', 'docs')).toEqual({
      status: 0,
      out: expect.stringContaining('1 page names only'),
    });
  });

  test('fails if a page that was named does not exist', async () => {
    const { status, out } = await check('--only', 'docs', '--docs', 'gone.md', '--json');
    expect({ status, out: JSON.parse(out) as unknown }).toMatchObject({
      status: 78,
      out: { findings: [{ status: 'fail', code: 'DRIFT_FILE_UNREADABLE' }] },
    });
  });
});

describe('check-drift --only examples', () => {
  test('validates whole definitions in Markdown, at their lines, and no parts of them', async () => {
    write(
      'docs/a.md',
      '```yaml',
      'spec:',
      '  mode: nothing',
      '```',
      '',
      '```yaml',
      'apiVersion: sync.gemini.io/v1alpha1',
      'kind: Policy',
      'rule: []',
      '```',
      '```yaml',
      'apiVersion: v1',
      'kind: Pod',
      '```',
    );
    const { status, out } = await check('--only', 'examples', '--format', 'github');
    expect(status).toBe(65);
    expect(out).toContain('file=docs/a.md,line=9,');
    expect(out).not.toMatch(/line=([1-4]|1[0-9]),/);
  });
});

describe('check-drift --only kestra,helm', () => {
  test('skips places that do not exist, and names the option for other places', async () => {
    const { status, out } = await check('--only', 'kestra,helm');
    expect(status).toBe(0);
    expect(out).toContain('there is no kestra/flows here. Name another place with --kestra-flows.');
    expect(out).toContain('Name another place with --helm-values.');
  });

  test('shows the file and the line of each difference', async () => {
    write('values.yaml', 'image: {}', 'scheduleJobs:', '  - name: gone', '    schedule: "0 1 * * *"');
    const hr = readFileSync(join(import.meta.dirname, '../../../connectors/hr-employees.yaml'), 'utf8');
    write('connectors/hr-employees.yaml', hr);
    const { status, out } = await check('--only', 'helm');
    expect(status).toBe(65);
    expect(out).toMatch(
      /^drift helm values\.yaml:3 +scheduleJobs\[0\]: gone has no definition with a schedule\.\n/,
    );
  });

  test('fails for a named place that does not exist, and for invalid definitions', async () => {
    write('values.yaml', 'scheduleJobs: []');
    write('connectors/a.yaml', 'apiVersion: sync.gemini.io/v1alpha1', 'kind: Connector');
    const { status, out } = await check('--only', 'kestra,helm', '--kestra-flows', 'gone', '--json');
    expect({ status, out: JSON.parse(out) as unknown }).toMatchObject({
      status: 78,
      out: {
        findings: [
          { comparer: 'kestra', code: 'DRIFT_FILE_UNREADABLE', message: 'gone does not exist.' },
          { comparer: 'helm', code: 'DEFINITIONS_INVALID' },
        ],
      },
    });
  });
});

describe('check-drift --only references', () => {
  test('names the command that compares them', async () => {
    expect(await check('--only', 'references')).toEqual({
      status: 0,
      out: expect.stringContaining('npm run check-docs-drift'),
    });
  });
});

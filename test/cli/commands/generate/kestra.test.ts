import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { kestraCommand } from '../../../../src/cli/commands/generate/kestra.ts';
import { readEnvironment } from '../../../../src/cli/environment/environment.ts';
import type { ExitStatus } from '../../../../src/core/exit-status.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

let cwd: string;
beforeEach(() => {
  cwd = folders.make();
});

const at = (path: string): string => join(cwd, path);
const read = (path: string): string => readFileSync(at(path), 'utf8');

function write(path: string, text: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}

/** Writes a connector; `schedule` is the text of the lines below `mode`. */
function writeConnector(name: string, schedule = '  schedule: "0 3 * * *"', file = name): void {
  write(
    `connectors/${file}.yaml`,
    `apiVersion: sync.gemini.io/v1alpha1
kind: Connector
metadata:
  name: ${name}
spec:
  mode: sql_pull
${schedule}
  source:
    type: postgres
    secretRef: hr-db
    query: SELECT id, title, updated_at FROM articles
    watermarkField: updated_at
  mapping:
    idField: id
    titleField: title
    contentTemplate: "{{ title }}"
    mimeType: text/plain
  output:
    bucket: gs://bucket
    prefix: ${name}
    format: ndjson
  gemini:
    projectId: my-project
    location: global
    dataStoreId: ${name}
  reconciliation:
    deletePolicy: auto_delete_missing
`,
  );
}

async function generate(
  ...args: readonly string[]
): Promise<{ status: ExitStatus | undefined; out: string }> {
  let status: ExitStatus | undefined;
  let out = '';
  const command = kestraCommand({
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (out += text) },
    env: readEnvironment({}),
    cwd,
    exit: (value) => (status = value),
  });
  await command.exitOverride().parseAsync(args, { from: 'user' });
  return { status, out };
}

describe('generate kestra', () => {
  test('writes a flow for each definition, and finds nothing to do the second time', async () => {
    writeConnector('a');
    writeConnector('b');
    expect(await generate()).toMatchObject({
      status: 0,
      out: expect.stringContaining('2 flows written, 0 removed, 0 unchanged.'),
    });
    expect(read('kestra/flows/connectors/a.yaml')).toContain('cron: 0 3 * * *');
    const again = await generate('./connectors/a.yaml', at('connectors/b.yaml'));
    expect(again).toEqual({ status: 0, out: '0 flows written, 0 removed, 2 unchanged.\n' });
    expect(await generate('--check')).toMatchObject({ status: 0 });
  });

  test('names a definition that has no schedule, with its line, and counts it as no difference', async () => {
    writeConnector('a', '  paused: true');
    const { status, out } = await generate();
    expect(status).toBe(0);
    expect(out).toMatch(
      /skip +connectors\/a\.yaml:\d+ +spec\.schedule +a has no schedule: only a person or another flow starts it\./,
    );
    expect(await generate('--check')).toMatchObject({ status: 0 });
  });

  test('writes into the folder of --out', async () => {
    writeConnector('a');
    await generate('--out', 'deploy/flows/');
    expect(existsSync(at('deploy/flows/connectors/a.yaml'))).toBe(true);
    const { out } = await generate('--out', 'deploy/other/', '--check');
    expect(out).toContain('deploy/other/connectors/a.yaml');
    expect(out).toContain('generate kestra --out deploy/other');
  });

  test('writes nothing through a symbolic link in the place of a flow', async () => {
    writeConnector('a');
    writeConnector('b');
    write('outside.txt', 'kept');
    mkdirSync(at('kestra/flows/connectors'), { recursive: true });
    symlinkSync(at('outside.txt'), at('kestra/flows/connectors/a.yaml'));
    symlinkSync(at('missing.txt'), at('kestra/flows/connectors/b.yaml'));
    expect(await generate('--force')).toMatchObject({ status: 0 });
    expect(read('outside.txt')).toBe('kept');
    expect(existsSync(at('missing.txt'))).toBe(false);
    expect(await generate('--check')).toMatchObject({ status: 0 });
    expect(readdirSync(at('kestra/flows/connectors')).sort()).toEqual(['a.yaml', 'b.yaml']);
  });

  test('changes the flow of a definition that changed, and --check names its first different line', async () => {
    writeConnector('a');
    await generate();
    const lines = read('kestra/flows/connectors/a.yaml').split('\n');
    writeConnector('a', '  schedule: "0 4 * * *"');
    const { status, out } = await generate('--check', '--format', 'github');
    expect(status).toBe(65);
    const line = lines.indexOf('    cron: 0 3 * * *') + 1;
    expect(out).toContain(`::error file=kestra/flows/connectors/a.yaml,line=${line},title=flow a::`);
    expect(read('kestra/flows/connectors/a.yaml')).toBe(lines.join('\n'));
    await generate();
    expect(read('kestra/flows/connectors/a.yaml')).toContain('cron: 0 4 * * *');
  });

  test('reports a flow that was changed by hand with its line, and writes nothing without --force', async () => {
    writeConnector('a');
    await generate();
    const edited = read('kestra/flows/connectors/a.yaml').replace('limit: 1', 'limit: 3');
    write('kestra/flows/connectors/a.yaml', edited);
    writeConnector('b');
    const { status, out } = await generate('--format', 'json');
    const line = edited.split('\n').indexOf('  limit: 3') + 1;
    expect(status).toBe(65);
    expect(JSON.parse(out)).toMatchObject({
      written: 0,
      findings: [
        { status: 'drift', code: 'GENERATED_FILE_EDITED', file: 'kestra/flows/connectors/a.yaml', line },
      ],
    });
    expect(read('kestra/flows/connectors/a.yaml')).toBe(edited);
    expect(existsSync(at('kestra/flows/connectors/b.yaml'))).toBe(false);
    expect(await generate('--force')).toMatchObject({ status: 0 });
    expect(read('kestra/flows/connectors/a.yaml')).toContain('limit: 1');
  });

  test('does not overwrite a flow that was written by hand', async () => {
    writeConnector('a');
    write('kestra/flows/connectors/a.yaml', 'id: a\n');
    const { status, out } = await generate();
    expect(status).toBe(65);
    expect(out).toContain('was not generated');
    expect(read('kestra/flows/connectors/a.yaml')).toBe('id: a\n');
  });

  test('removes flows of definitions that are gone, but none that it did not write', async () => {
    writeConnector('a');
    writeConnector('b');
    await generate();
    write('kestra/flows/connectors/mine.yaml', 'id: mine\n');
    rmSync(at('connectors/b.yaml'));
    const check = await generate('--check');
    expect(check.status).toBe(65);
    expect(check.out).toContain('No definition has this flow any more');
    expect(await generate()).toMatchObject({ out: expect.stringContaining('1 removed, 1 unchanged.') });
    expect(existsSync(at('kestra/flows/connectors/b.yaml'))).toBe(false);
    expect(read('kestra/flows/connectors/mine.yaml')).toBe('id: mine\n');
  });

  test('keeps flows of definitions that were not passed', async () => {
    writeConnector('a');
    writeConnector('b');
    await generate();
    await generate('connectors/a.yaml');
    expect(existsSync(at('kestra/flows/connectors/b.yaml'))).toBe(true);
  });

  test('removes the flow of a former name when a definition is renamed', async () => {
    writeConnector('old', undefined, 'file');
    await generate();
    writeConnector('new', undefined, 'file');
    await generate();
    expect(existsSync(at('kestra/flows/connectors/old.yaml'))).toBe(false);
    expect(existsSync(at('kestra/flows/connectors/new.yaml'))).toBe(true);
  });

  test('reports a flow of a definition that is gone, and that was changed by hand', async () => {
    writeConnector('a');
    writeConnector('b');
    await generate();
    write('kestra/flows/connectors/b.yaml', `${read('kestra/flows/connectors/b.yaml')}# mine\n`);
    rmSync(at('connectors/b.yaml'));
    expect(await generate()).toMatchObject({ status: 65, out: expect.stringContaining('changed by hand') });
    expect(existsSync(at('kestra/flows/connectors/b.yaml'))).toBe(true);
    await generate('--force');
    expect(existsSync(at('kestra/flows/connectors/b.yaml'))).toBe(false);
  });

  test('treats line ends of Windows as unchanged', async () => {
    writeConnector('a');
    await generate();
    write('kestra/flows/connectors/a.yaml', read('kestra/flows/connectors/a.yaml').replaceAll('\n', '\r\n'));
    expect(await generate('--check')).toMatchObject({ status: 0 });
  });

  test('names file and line of a schedule that Kestra does not accept', async () => {
    writeConnector('a', '  timeZone: UTC\n  schedule: "0 3 * * 5-7"');
    const { status, out } = await generate();
    expect(status).toBe(78);
    expect(out).toContain('connectors/a.yaml:8');
    expect(out).toContain('Write 0,5,6 instead of 5-7.');
    expect(existsSync(at('kestra'))).toBe(false);
  });

  test('writes nothing if a definition is not valid', async () => {
    writeConnector('a');
    write('connectors/b.yaml', 'kind: Connector\n');
    await expect(generate()).rejects.toMatchObject({ code: 'DEFINITIONS_INVALID', exit: 78 });
    expect(existsSync(at('kestra'))).toBe(false);
  });

  test('names the place that it cannot write to', async () => {
    writeConnector('a');
    write('kestra/flows', 'a file');
    await expect(generate()).rejects.toMatchObject({
      code: 'GENERATED_FILE_UNWRITABLE',
      exit: 78,
      message: expect.stringContaining(join('kestra', 'flows', 'connectors')),
    });
  });
});

import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../../../src/core/exit-status.ts';
import { isJsonObject, listAt, parsedObject } from '../../../support/files/json.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';
import { runHere } from '../../../support/processes/run-here.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const folders = temporaryFolders();
afterEach(() => {
  folders.removeAll();
});

const BEFORE = `# Production
image: {tag: "1"}
scheduleJobs:
  - name: hr-employees
    schedule: "0 1 * * *" # at night
    connectorPath: connectors/hr-employees.yaml
    enabled: false
    resources: {limits: {memory: 1Gi}}
  - name: gone
    schedule: "0 1 * * *"
    connectorPath: connectors/gone.yaml
    enabled: true
`;

/** A folder with connectors of the repository and a values file. */
function workplace(connectors: Readonly<Record<string, string>> = {}): string {
  const cwd = folders.make();
  mkdirSync(join(cwd, 'connectors'));
  const hr = readFileSync(join(ROOT, 'connectors', 'hr-employees.yaml'), 'utf8');
  const all = { 'hr-employees.yaml': hr, ...connectors };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(cwd, 'connectors', name), text);
  writeFileSync(join(cwd, 'values.yaml'), BEFORE);
  return cwd;
}

const generate = (cwd: string, ...flags: readonly string[]) =>
  runHere(['generate', 'helm-values', '--values', 'values.yaml', ...flags], { cwd });

describe('generate helm-values', () => {
  test('reports each difference with its line, and writes nothing, with --check', async () => {
    const cwd = workplace();
    const { exitCode, stdout } = await generate(cwd, '--check', '--format', 'json');
    expect(exitCode).toBe(EXIT.badData);
    const findings = listAt(parsedObject(stdout) ?? {}, 'findings').filter(isJsonObject);
    expect(findings.map(({ status, file, line, subject }) => [status, file, line, subject])).toEqual([
      ['drift', 'values.yaml', 5, 'scheduleJobs[0].schedule'],
      ['drift', 'values.yaml', 7, 'scheduleJobs[0].enabled'],
      ['drift', 'values.yaml', 4, 'scheduleJobs[0].secrets'],
      ['drift', 'values.yaml', 9, 'scheduleJobs[1]'],
    ]);
    expect(readFileSync(join(cwd, 'values.yaml'), 'utf8')).toBe(BEFORE);
  });

  test('replaces the file that a link leads to as a whole, and keeps its mode', async () => {
    const cwd = workplace();
    const file = join(cwd, 'production.yaml');
    const link = join(cwd, 'values.yaml');
    renameSync(link, file);
    chmodSync(file, 0o600);
    symlinkSync(file, link);
    // Whoever has opened the file keeps reading the old text, as if the process had been killed in between.
    const opened = openSync(file, 'r');
    try {
      expect((await generate(cwd)).exitCode).toBe(EXIT.done);
      expect(readFileSync(opened, 'utf8')).toBe(BEFORE);
    } finally {
      closeSync(opened);
    }
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain('# Production');
    expect(readFileSync(file, 'utf8')).not.toBe(BEFORE);
    expect(readdirSync(cwd).sort()).toEqual(['connectors', 'production.yaml', 'values.yaml']);
  });

  test('writes what --check then accepts', async () => {
    const cwd = workplace();
    const written = await generate(cwd);
    expect(written.exitCode).toBe(EXIT.done);
    expect(written.stdout).toContain('hr-employees had schedule "0 1 * * *", and has "0 */3 * * *" now.');
    expect(written.stdout).toContain('gone was removed, because it has no definition with a schedule.');
    expect(readFileSync(join(cwd, 'values.yaml'), 'utf8')).toBe(`# Production
image: {tag: "1"}
scheduleJobs:
  - name: hr-employees
    schedule: "0 */3 * * *" # at night
    connectorPath: connectors/hr-employees.yaml
    enabled: true
    secrets: [SECRET_HR_DB_CREDENTIALS]
    resources: {limits: {memory: 1Gi}}
`);
    const { exitCode, stdout } = await generate(cwd, '--check');
    expect(exitCode).toBe(EXIT.done);
    expect(stdout).toContain('scheduleJobs has 1 job, as the definitions have.');
  });

  test('creates a file that does not exist', async () => {
    const cwd = workplace();
    const { exitCode } = await runHere(['generate', 'helm-values', '--values', 'new.yaml'], { cwd });
    expect(exitCode).toBe(EXIT.done);
    expect(readFileSync(join(cwd, 'new.yaml'), 'utf8')).toMatch(/^scheduleJobs:\n {2}- name: hr-employees\n/);
  });

  test('changes nothing if two definitions would be the same CronJob, and names the file, the line and the field', async () => {
    const app = readFileSync(join(ROOT, 'examples', 'app-products.yaml'), 'utf8');
    const cwd = workplace({ 'shop.yaml': app.replace(/^( {2}name: ).*$/m, '$1hr-employees') });
    const { exitCode, stdout } = await generate(cwd);
    expect(exitCode).toBe(EXIT.configuration);
    expect(stdout).toMatch(/fail +connectors\/\S+:\d+ +metadata\.name/);
    expect(stdout).toContain('both would be the same CronJob');
    expect(stdout).toContain('Nothing was written: 0 ok, 0 drifted, 1 failed.');
    expect(readFileSync(join(cwd, 'values.yaml'), 'utf8')).toBe(BEFORE);
  });

  test('names a definition that has no schedule, with the line of its spec', async () => {
    const hr = readFileSync(join(ROOT, 'connectors', 'hr-employees.yaml'), 'utf8');
    const cwd = workplace({ 'hr-employees.yaml': hr.replace(/^ {2}schedule: .*$/m, '  # by hand') });
    const { exitCode, stdout } = await generate(cwd);
    expect(exitCode).toBe(EXIT.done);
    expect(stdout).toMatch(
      /skip +connectors\/hr-employees\.yaml:\d+ +spec\.schedule +hr-employees has no schedule: it gets no job\./,
    );
  });

  test('changes nothing if a definition or the values file is not valid', async () => {
    const cwd = workplace({ 'bad.yaml': 'kind: Connector\n' });
    const invalid = await generate(cwd);
    expect(invalid.exitCode).toBe(EXIT.configuration);
    expect(invalid.stderr).toContain('DEFINITIONS_INVALID');
    const other = workplace();
    writeFileSync(join(other, 'values.yaml'), 'scheduleJobs:\n  - name: [a]\n');
    const { exitCode, stdout } = await generate(other, '--format', 'github');
    expect(exitCode).toBe(EXIT.configuration);
    expect(stdout).toContain('::error file=values.yaml,line=2,title=scheduleJobs[0].name::');
  });
});

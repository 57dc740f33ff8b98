import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { loadConnector } from '../../../src/definitions/connector/load.ts';
import { checkDefinitions } from '../../../src/definitions/files/check-definitions.ts';
import { placeText } from '../../../src/definitions/problem.ts';
import { CONNECTOR_FILE_BYTES_MAX } from '../../../src/definitions/limits.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const push = await readFile(join(root, 'connectors/support-push.yaml'), 'utf8');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connectors-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** The push connector under another name, with its own folder and with changes. */
async function add(file: string, change: (yaml: string) => string): Promise<void> {
  await writeFile(join(folder, file), change(push));
}
const renamed =
  (name: string) =>
  (yaml: string): string =>
    yaml.replace('name: support-push', `name: ${name}`).replace('prefix: support-push', `prefix: ${name}`);

describe('the connectors of the repository', () => {
  test('are valid together, with nothing to warn of', async () => {
    const report = await checkDefinitions(['connectors'], { cwd: root, secretIsSet: () => true });
    expect(report.problems).toEqual([]);
    expect(report.connectors.map(({ connector }) => connector.metadata.name)).toEqual([
      'hr-employees',
      'kb-rest',
      'support-push',
    ]);
  });

  test.each(['support-push-minimal', 'support-push-full'])(
    '%s of the documentation is valid unchanged',
    async (name) => {
      const path = join(root, 'test/definitions/connector/seeds', `${name}.yaml`);
      await expect(loadConnector(path)).resolves.toMatchObject({ metadata: { name: 'support-push' } });
    },
  );
});

describe('loadConnector', () => {
  test('reads numbers and texts as they are', async () => {
    const connector = await loadConnector(join(root, 'connectors/hr-employees.yaml'));
    expect(connector.spec.source).toMatchObject({ type: 'postgres', secretRef: 'hr-db-credentials' });
    expect(connector.spec.mapping.contentTemplate).toMatch(/\{\{ biography \}\}\n$/);
  });

  test('names every problem on a line of its own, with the line in the file', async () => {
    await add('a.yaml', (yaml) => yaml.replace('titleField', 'titelField').replace('ndjson', 'csv'));
    await expect(loadConnector(join(folder, 'a.yaml'))).rejects.toMatchObject({
      code: 'CONNECTOR_INVALID',
      message: expect.stringMatching(/has 2 problems:\n.*a\.yaml:12: .*titelField.*\n.*a\.yaml:24: .*csv.*$/),
      hint: expect.stringContaining('validate'),
    });
  });

  test('loads a file that has warnings only', async () => {
    await add('a.yaml', (yaml) => yaml.replace('secretRef: support-push-token', 'secretRef: support/token'));
    await expect(loadConnector(join(folder, 'a.yaml'))).resolves.toMatchObject({ kind: 'Connector' });
  });

  test('says when there is no such file, or a directory in its place', async () => {
    const unreadable = { code: 'CONNECTOR_FILE_UNREADABLE' };
    await expect(loadConnector(join(folder, 'none.yaml'))).rejects.toMatchObject(unreadable);
    await expect(loadConnector(folder)).rejects.toMatchObject(unreadable);
  });
});

describe('checkDefinitions', () => {
  const codes = async (paths: readonly string[] = ['.']): Promise<string[]> => {
    const { problems } = await checkDefinitions(paths, { cwd: folder });
    return problems.map(({ place, code }) => `${placeText(place)} ${code}`);
  };

  test('finds two connectors of one name', async () => {
    await add('a.yaml', renamed('one'));
    await add('b.yaml', (yaml) => renamed('two')(yaml).replace('name: two', 'name: one'));
    expect(await codes()).toEqual(['b.yaml:4 duplicate_name']);
  });

  test.each([
    ['one', true],
    ['one/part', true],
    ['one-more', false],
    ['another/one', false],
  ])('looks whether the prefixes one and %s overlap: %s', async (prefix, overlaps) => {
    await add('a.yaml', renamed('one'));
    await add('b.yaml', (yaml) => renamed('two')(yaml).replace('prefix: two', `prefix: ${prefix}`));
    expect(await codes()).toEqual(overlaps ? ['b.yaml:23 shared_output'] : []);
    await rm(join(folder, 'a.yaml'));
    await add('c.yaml', renamed('one'));
    expect(await codes()).toEqual(overlaps ? ['c.yaml:23 shared_output'] : []);
  });

  test('lets two buckets have the same prefix', async () => {
    await add('a.yaml', renamed('one'));
    await add('b.yaml', (yaml) =>
      renamed('one')(yaml).replace('name: one', 'name: two').replace('company', 'other'),
    );
    expect(await codes()).toEqual([]);
  });

  test('warns of two references that are read from one variable', async () => {
    await add('a.yaml', (yaml) => renamed('one')(yaml).replace('support-push-token', 'support.push-token'));
    await add('b.yaml', renamed('two'));
    const { problems, connectors } = await checkDefinitions(['.'], { cwd: folder });
    expect(problems).toMatchObject([{ status: 'warn', code: 'secret_ambiguous', place: { file: 'b.yaml' } }]);
    expect(connectors).toHaveLength(2);
  });

  test('warns of a secret that is not set, naming the variable and failing nothing', async () => {
    await add('a.yaml', renamed('one'));
    const report = await checkDefinitions(['a.yaml'], { cwd: folder, secretIsSet: () => false });
    expect(report.problems).toMatchObject([
      {
        status: 'warn',
        code: 'secret_missing',
        place: { line: 9 },
        fix: 'export SECRET_SUPPORT_PUSH_TOKEN=…',
      },
    ]);
    expect(report.connectors).toHaveLength(1);
  });

  test('reports the problems of all files, and takes each file once', async () => {
    await add('a.yaml', (yaml) => renamed('one')(yaml).replace('http', 'htpp'));
    await add('b.yml', (yaml) => renamed('two')(yaml).replace('rest_push', 'rest_psh'));
    await writeFile(join(folder, 'notes.txt'), 'not a connector');
    await mkdir(join(folder, 'sub.yaml'));
    expect(await codes(['.', 'a.yaml', 'missing.yaml'])).toEqual([
      'missing.yaml file_unreadable',
      'a.yaml:8 wrong_value',
      'b.yml:6 wrong_value',
    ]);
  });

  test('says when a directory has no connector', async () => {
    expect(await codes()).toEqual(['. no_files']);
  });

  test('refuses a file that is too large, without parsing it', async () => {
    const filler = `# ${'x'.repeat(CONNECTOR_FILE_BYTES_MAX - push.length - 3)}\n`;
    await add('a.yaml', (yaml) => filler + yaml);
    expect(await codes()).toEqual([]);
    await add('a.yaml', (yaml) => `#${filler}${yaml}`);
    expect(await codes()).toEqual(['a.yaml file_too_large']);
  });
});

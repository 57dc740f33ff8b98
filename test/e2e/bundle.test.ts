import { afterAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFileConnector } from '../support/files/file-connector.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { runHere } from '../support/processes/run-here.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BIN = join(ROOT, 'bin', 'gemini-sync-bridge.cjs');
const LOADED_MODULES = join(ROOT, 'test', 'support', 'processes', 'loaded-modules.cjs');
const EXAMPLES = join(ROOT, 'examples');

const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  dependencies: Readonly<Record<string, string>>;
};

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** The program as `npm run build` makes it, which `npm test` does first. */
async function built(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) {
  const loadedFile = join(folders.make(), 'loaded');
  const { stdout, stderr, exitCode } = await execa(
    process.execPath,
    ['--require', LOADED_MODULES, BIN, ...args],
    {
      cwd,
      extendEnv: false,
      env: { PATH: process.env['PATH'], LOADED_FILE: loadedFile, ...env },
      reject: false,
      stripFinalNewline: false,
    },
  );
  const files = readFileSync(loadedFile, 'utf8').split('\n');
  return { stdout, stderr, exitCode, files: files.map((file) => relative(ROOT, file)) };
}

/** Which of the packages that this one depends on are among the files, or in bundles that are. */
function packagesIn(files: readonly string[]): string[] {
  const sources = new Set(files.flatMap((file) => [file, ...sourcesOf(file)]));
  return Object.keys(dependencies).filter((name) =>
    [...sources].some((source) => source.includes(`node_modules/${name}/`)),
  );
}

/** The files that a bundle was made of; none for any other file. */
function sourcesOf(file: string): readonly string[] {
  if (!file.startsWith('dist/bundle/')) return [];
  const map = JSON.parse(readFileSync(join(ROOT, `${file}.map`), 'utf8')) as { sources: readonly string[] };
  // Compiled schemas call a few lines of ajv, which compile nothing.
  return map.sources.filter((source) => !source.includes('node_modules/ajv/lib/runtime/'));
}

describe('the built program loads no more than a command needs', () => {
  test('--version loads the starting file and package.json', async () => {
    const { exitCode, files } = await built(['--version'], folders.make());
    expect({ exitCode, files }).toEqual({
      exitCode: 0,
      files: ['bin/gemini-sync-bridge.cjs', 'package.json'],
    });
  });

  test.each([
    [['--help']],
    [['run', '--help']],
    [['validate', '--help']],
    [['doctor', '--help']],
    [['check-drift', '--help']],
    [['explain', '--help']],
    [['migrate', '--help']],
    [['serve', '--help']],
    [['keys', 'create', '--help']],
  ])('%j loads the parser of the command line and no other package', async (args) => {
    const { exitCode, files } = await built(args, folders.make());
    expect({ exitCode, packages: packagesIn(files) }).toEqual({ exitCode: 0, packages: ['commander'] });
  });

  test('validate loads what reads connectors, and no compiler of schemas', async () => {
    const { exitCode, files } = await built(['validate', EXAMPLES], folders.make());
    expect({ exitCode, packages: packagesIn(files) }).toEqual({
      exitCode: 0,
      packages: ['commander', 'croner', 'js-yaml', 'liquidjs'],
    });
  });

  test('run of a file connector loads the packages of its source and of the embedded state', async () => {
    const cwd = folders.make();
    mkdirSync(join(cwd, 'exports'));
    writeFileSync(join(cwd, 'exports', 'staff.csv'), 'id,name,team\n1,Ada,Engines\n');
    writeFileConnector(cwd);
    const { files } = await built(['run', '--connector', 'staff.yaml', '--local'], cwd);
    expect(packagesIn(files)).toEqual([
      ...['@node-rs/crc32', 'commander', 'croner', 'csv-parse', 'iconv-lite', 'js-yaml'],
      ...['knex', 'libsql', 'liquidjs', 'tinyglobby'],
    ]);
    const sources = files.flatMap((file) => sourcesOf(file));
    expect(sources.filter((source) => /src\/definitions\/(?:app|knowledge-source)\//.test(source))).toEqual(
      [],
    );
  });
});

/** One mistake of each kind of keyword in the schema. */
const WRONG_CONNECTOR = `
apiVersion: sync.gemini.io/v1
kind: Connector
metadata:
  name: Wrong Name
spec:
  mode: sql_pul
  source:
    type: postgres
    query: 5
    conectTimeoutSeconds: 3
    statementTimeoutSeconds: -1
  mapping:
    metadataFields: team
  output: { bucket: "file://./bucket", prefix: "/wrong", format: ndjson }
`;

const WRONG_KNOWLEDGE_SOURCE = `
apiVersion: sync.gemini.io/v1
kind: KnowledgeSource
metadata:
  name: Wrong Name
spec:
  type: soap
  tenantId: 5
  config:
    baseUrl: kb.example.com
    defaultPageSize: 500
    text_fields: [title]
    headersTemplate: { "X Y": a }
`;

const WRONG_APP = `
apiVersion: sync.gemini.io/v1
kind: App
metadata:
  name: Wrong Name
spec:
  appKey: wrong key
  auth: { type: digest }
  rateLimit: { requestsPerMinute: 0 }
  collections:
    - key: a b
      pagination: { type: pages, incompleteValue: [x] }
      incremental: { events: { path: events } }
`;

const WRONG_POLICY = `
apiVersion: sync.gemini.io/v1alpha1
kind: Policy
rules:
  - connectors: "*"
    host: [db]
`;

describe('the built program', () => {
  test('reports the same problems with compiled schemas as the sources do', async () => {
    const cwd = folders.make();
    mkdirSync(join(cwd, 'wrong'));
    writeFileSync(join(cwd, 'wrong', 'a.yaml'), WRONG_CONNECTOR);
    writeFileSync(join(cwd, 'wrong', 'b.yaml'), WRONG_KNOWLEDGE_SOURCE);
    writeFileSync(join(cwd, 'wrong', 'c.yaml'), WRONG_APP);
    writeFileSync(join(cwd, 'policy.yaml'), WRONG_POLICY);
    const args = ['validate', 'wrong', '--format', 'json'];
    for (const env of [{}, { POLICY_FILE: 'policy.yaml' }]) {
      const { stdout, exitCode } = await built(args, cwd, env);
      const fromSources = await runHere(args, { cwd, env });
      expect({ stdout, exitCode }).toEqual({ stdout: fromSources.stdout, exitCode: fromSources.exitCode });
      expect((stdout.match(/"severity"/g) ?? []).length).toBeGreaterThan(20);
    }
  });

  test('checks a large connector in its thread', async () => {
    const cwd = folders.make();
    const filler = '# a comment\n'.repeat(5_000);
    writeFileSync(join(cwd, 'wrong.yaml'), `${WRONG_CONNECTOR}${filler}`);
    const { stdout } = await built(['validate', 'wrong.yaml'], cwd);
    expect(stdout).not.toContain('Checking this file');
    expect(stdout).toContain('apiVersion');
  });

  test('shows stack traces with the files and lines of the sources', async () => {
    const { stderr } = await built(['run', '--connector', 'missing.yaml'], folders.make(), {
      LOG_LEVEL: 'debug',
      LOG_FORMAT: 'json',
    });
    expect(stderr).toMatch(/src\/definitions\/files\/load-definition\.ts:\d+/);
  });
});

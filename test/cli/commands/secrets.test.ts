import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { main } from '../../../src/cli/main.ts';
import { newKeyEntry } from '../../../src/core/secrets/managed/key-ring.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { parsedObject } from '../../support/files/json.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const VALUE = 'canary-5e1b7c90d2';
const A = newKeyEntry('a');
const B = newKeyEntry('b');

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

let cwd: string;
beforeEach(() => {
  cwd = folders.make();
});

async function secrets(
  args: readonly string[],
  {
    stdin,
    keys = A,
    env = {},
  }: { stdin?: string | Buffer; keys?: string; env?: Record<string, string> } = {},
) {
  const written = { stdout: '', stderr: '' };
  const exitCode = await main(['secrets', ...args], {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    ...(stdin !== undefined && { stdin: Readable.from([stdin]) }),
    cwd,
    variables: { ...env, ...(keys !== '' && { MANAGED_SECRET_ENCRYPTION_KEY: keys }) },
    keepHeapSmall: () => undefined,
  });
  const shown = `${written.stdout}${written.stderr}`;
  expect(shown).not.toContain(VALUE);
  for (const key of [A, B]) expect(shown).not.toContain(key.slice(2));
  return { exitCode, ...written };
}
const list = async (keys?: string, env?: Record<string, string>) => {
  const { stdout } = await secrets(['list', '--json'], {
    ...(keys !== undefined && { keys }),
    ...(env && { env }),
  });
  return parsedObject(stdout);
};

describe('secrets new-key', () => {
  test('prints an entry alone on a line of stdout, with another key and id each time', async () => {
    const made = [await secrets(['new-key']), await secrets(['new-key'])].map(({ stdout }) => stdout);
    for (const text of made) expect(text).toMatch(/^\d{4}-\d\d-\d\d-[0-9a-f]{4}:[A-Za-z0-9+/]{43}=\n$/);
    expect(made[0]).not.toBe(made[1]);
    const named = await secrets(['new-key', '--id', '2026b', '--json']);
    expect(parsedObject(named.stdout)).toEqual({ id: '2026b', entry: expect.stringMatching(/^2026b:/) });
    expect((await secrets(['new-key', '--id', 'a b'])).exitCode).toBe(2);
  });
});

describe('secrets set', () => {
  test('stores the value of stdin without its last line break, and says created, then changed', async () => {
    expect(await secrets(['set', 'hr-db'], { stdin: `${VALUE}\n` })).toMatchObject({
      exitCode: 0,
      stdout: 'Secret hr-db was created.\n',
    });
    expect((await secrets(['set', 'hr-db', '--json'], { stdin: VALUE })).stdout).toBe(
      '{"name":"hr-db","result":"changed"}\n',
    );
    const database = readFileSync(join(cwd, '.gemini-sync-bridge', 'state.db'), 'latin1');
    expect(database).toContain('hr-db');
    expect(database).not.toContain(VALUE);
  });

  test('keeps settings that are left out, and changes those that are named', async () => {
    const all = [
      '--host',
      'db.example.com',
      '*.hr.example.com:5432',
      '--connector',
      'people',
      '--note',
      'HR',
    ];
    await secrets(['set', 'hr-db', ...all], { stdin: VALUE });
    await secrets(['set', 'hr-db'], { stdin: VALUE });
    expect(await list()).toMatchObject({
      secrets: [
        {
          allowed_hosts: ['*.hr.example.com:5432', 'db.example.com'],
          allowed_connectors: ['people'],
          note: 'HR',
        },
      ],
    });
    await secrets(['set', 'hr-db', '--keep-value', '--any-connector', '--note', '']);
    expect(await list()).toMatchObject({
      secrets: [
        { allowed_hosts: ['*.hr.example.com:5432', 'db.example.com'], allowed_connectors: [], note: '' },
      ],
    });
    expect(await secrets(['set', 'hr-db', '--keep-value', '--any-host'])).toMatchObject({ exitCode: 2 });
  });

  test.each([
    ['an empty value', ['set', 'n'], '', 'is empty'],
    ['blanks around it', ['set', 'n'], ` ${VALUE}`, 'begins or ends with a blank'],
    ['two line breaks', ['set', 'n'], `${VALUE}\n\n`, 'begins or ends with a blank'],
    ['a NUL', ['set', 'n'], `${VALUE}\0x`, 'NUL'],
    ['bytes that are not UTF-8', ['set', 'n'], Buffer.from([0xff, 0xfe, 0x41]), 'not valid UTF-8'],
    ['more than 64 KiB', ['set', 'n'], 'x'.repeat(65_537), '65536'],
    ['a name with a slash', ['set', `../${VALUE}`], VALUE, 'The name of a secret'],
    ['a host that is a URL', ['set', 'n', '--host', 'https://x.example'], VALUE, 'allowed host'],
    ['every host', ['set', 'n', '--host', '*'], VALUE, 'allowed host'],
    ['every host with a port', ['set', 'n', '--host', '*:443'], VALUE, 'allowed host'],
    ['a connector name in capitals', ['set', 'n', '--connector', 'HR'], VALUE, 'allowed connector'],
    ['a note with a line break', ['set', 'n', '--note', 'a\nb'], VALUE, 'The note'],
  ])('refuses %s with status 2', async (_, args, stdin, message) => {
    expect(await secrets(args, { stdin })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(message),
    });
    expect(await list()).toMatchObject({ secrets: [] });
  });

  test('accepts exactly 64 KiB', async () => {
    expect(await secrets(['set', 'n'], { stdin: 'x'.repeat(65_536) })).toMatchObject({ exitCode: 0 });
  });

  test('never takes the value as an argument, and refuses a terminal', async () => {
    expect((await secrets(['set', 'n', 'value'], { stdin: 'x' })).exitCode).toBe(2);
    expect(await secrets(['set', 'n'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('stdin'),
    });
  });

  test('needs a key, and refuses another key under a known id', async () => {
    expect(await secrets(['set', 'n'], { stdin: VALUE, keys: '' })).toMatchObject({
      exitCode: 78,
      stderr: expect.stringContaining('secrets new-key'),
    });
    await secrets(['set', 'n'], { stdin: VALUE });
    expect(await secrets(['set', 'n2'], { stdin: VALUE, keys: newKeyEntry('a') })).toMatchObject({
      exitCode: 78,
      stderr: expect.stringContaining('SECRETS_KEY_WRONG'),
    });
    expect(await secrets(['set', 'n'], { stdin: VALUE, keys: `a:${VALUE}` })).toMatchObject({ exitCode: 78 });
  });
});

describe('secrets list', () => {
  test('works with the right key, a wrong one and none, and says the state of each key', async () => {
    await secrets(['set', 'n'], { stdin: VALUE });
    expect(await list(`${B},${A}`)).toMatchObject({
      keys: [
        { key_id: 'b', state: 'current', secrets: 0 },
        { key_id: 'a', state: 'readable', secrets: 1 },
      ],
    });
    expect(await list(newKeyEntry('a'))).toMatchObject({
      keys: [{ key_id: 'a', state: 'wrong', secrets: 1 }],
    });
    for (const keys of ['', B]) {
      const listed = await list(keys);
      expect(listed).toMatchObject({ secrets: [{ name: 'n', key_id: 'a' }] });
      expect(listed?.['keys']).toContainEqual({ key_id: 'a', state: 'missing', secrets: 1 });
    }
    expect((await secrets(['list'], { keys: '' })).stdout).toContain('Key a, 1 secret: MISSING');
  });

  test('says when the variable of the same secret is set too', async () => {
    await secrets(['set', 'hr.db'], { stdin: VALUE });
    const env = { SECRET_HR_DB: 'other' };
    expect(await list(A, env)).toMatchObject({ secrets: [{ also_in_variable: 'SECRET_HR_DB' }] });
    expect((await secrets(['list'], { env })).stdout).toContain('SECRET_HR_DB is set too, and not used');
  });
});

describe('secrets delete', () => {
  test('refuses a secret that a definition names until it is confirmed', async () => {
    await secrets(['set', 'people-db'], { stdin: VALUE });
    mkdirSync(join(cwd, 'connectors'));
    const shipped = new URL('../../../connectors/hr-employees.yaml', import.meta.url);
    const text = readFileSync(shipped, 'utf8').replace(/secretRef: .*/, 'secretRef: people-db');
    writeFileSync(join(cwd, 'connectors', 'people.yaml'), text);
    expect(await secrets(['delete', 'people-db'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('is named by connector'),
    });
    expect(await secrets(['delete', 'people-db', '--yes'])).toMatchObject({ exitCode: 0 });
    expect(await list()).toMatchObject({ secrets: [] });
    expect((await secrets(['delete', 'people-db'])).exitCode).toBe(2);
  });
});

describe('secrets rotate', () => {
  test('encrypts again with the first key, and names the user of the machine in the audit log', async () => {
    await secrets(['set', 'n'], { stdin: VALUE });
    expect((await secrets(['rotate'], { keys: `${B},${A}` })).stdout).toMatch(
      /^1 secret encrypted again.*key b/,
    );
    expect((await secrets(['rotate', '--json'], { keys: B })).stdout).toBe('{"key_id":"b","rotated":0}\n');
    expect(await secrets(['rotate'], { keys: A })).toMatchObject({
      exitCode: 78,
      stderr: expect.stringContaining('n (key b)'),
    });
    const database = await openDatabase({ file: join(cwd, '.gemini-sync-bridge', 'state.db') });
    const events = await database.knex('audit_events').orderBy('id');
    await database.close();
    expect(events.map(({ action, outcome, actor_kind }) => [action, outcome, actor_kind])).toEqual([
      ['secret.set', 'ok', 'command_line'],
      ['secret.rotate', 'ok', 'command_line'],
      ['secret.rotate', 'ok', 'command_line'],
      ['secret.rotate', 'failed', 'command_line'],
    ]);
  });
});

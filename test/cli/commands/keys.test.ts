import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { CommandIo } from '../../../src/cli/command-io.ts';
import { readEnvironment } from '../../../src/cli/environment/environment.ts';
import { keysCommand } from '../../../src/cli/commands/keys.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { parsedObject } from '../../support/files/json.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

let cwd: string;
beforeEach(() => {
  cwd = folders.make();
});

function keys(...args: string[]) {
  return keysAt(undefined, ...args);
}

/** @param columns the width of the terminal; undefined: the output is a pipe */
async function keysAt(columns: number | undefined, ...args: string[]) {
  const terminal = { isTTY: columns !== undefined, columns };
  let stdout = '';
  let stderr = '';
  const statuses: number[] = [];
  const io: CommandIo = {
    stdout: { write: (text) => (stdout += text), ...terminal },
    stderr: { write: (text) => (stderr += text), ...terminal },
    env: readEnvironment({}),
    cwd,
    exit: (status) => statuses.push(status),
  };
  const command = keysCommand(io)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  for (const subcommand of command.commands) subcommand.copyInheritedSettings(command);
  await command.parseAsync(args, { from: 'user' });
  return { stdout, stderr, statuses };
}

async function created(...args: string[]): Promise<{ id: string; key: string; text: string }> {
  const { stdout } = await keys('create', '--json', ...args);
  const made = parsedObject(stdout) ?? {};
  return { id: String(made['id']), key: String(made['key']), text: stdout };
}

describe('keys create', () => {
  test('prints the key alone on a line of stdout, and all else on stderr', async () => {
    const { stdout, stderr, statuses } = await keys('create', '--name', 'Ops', '--right', 'read');
    expect(stdout).toMatch(/^gsb_[0-9a-f]{12}_[\w-]{43}\n$/);
    expect(stderr).toContain(stdout.slice(4, 16));
    expect(stderr).not.toContain(stdout.trim());
    expect(statuses).toEqual([0]);
  });

  test('says of the first key alone that a server without keys has to be started again to ask for it', async () => {
    const told = async (...flags: string[]) =>
      (await keys('create', '--name', 'Ops', '--right', 'read', ...flags)).stderr.includes('restarted');
    expect([await told('--json'), await told(), await told('--json')]).toEqual([true, false, false]);
  });

  test('stores a hash, and nothing that the key could be made of', async () => {
    const { key } = await created('--name', 'Ops', '--right', 'admin');
    const database = await openDatabase({ file: join(cwd, '.gemini-sync-bridge', 'state.db') });
    const rows = JSON.stringify(await database.knex('access_keys'));
    await database.close();
    expect(rows).toMatch(/"hash":"[0-9a-f]{64}"/);
    expect(rows).not.toContain(key.slice('gsb_'.length + 13));
  });

  test('makes a key for one connector that ends by itself', async () => {
    const flags = ['--right', 'push', '--connector', 'support-push', '--expires-days', '2'];
    const { text } = await created('--name', 'tickets', ...flags);
    const made = parsedObject(text) ?? {};
    expect(made).toMatchObject({
      name: 'tickets',
      right: 'push',
      connector_id: 'support-push',
      status: 'active',
    });
    expect(Date.parse(String(made['expires_at'])) - Date.parse(String(made['created_at']))).toBe(172_800_000);
  });

  test('refuses a connector for a key that is not for pushes', async () => {
    await expect(keys('create', '--name', 'a', '--right', 'read', '--connector', 'x')).rejects.toMatchObject({
      code: 'USAGE',
      exit: 2,
    });
  });

  test.each([
    [['--name', 'two\nlines', '--right', 'read']],
    [['--name', ' ', '--right', 'read']],
    [['--name', 'a', '--right', 'push', '--connector', 'Not A Name']],
    [['--name', 'a', '--right', 'read', '--expires-days', '0']],
    [['--name', 'a', '--right', 'read', '--expires-days', '1e9']],
    [['--name', 'a', '--right', 'write']],
  ])('refuses %j', async (flags) => {
    await expect(keys('create', ...flags)).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  });
});

describe('keys list', () => {
  test('says how to make the first one', async () => {
    expect((await keys('list')).stdout).toContain('gemini-sync-bridge keys create');
  });

  test('shows every key and what it is for, and no secret and no hash', async () => {
    const one = await created('--name', 'Ops', '--right', 'read');
    const other = await created('--name', 'tickets', '--right', 'push', '--connector', 'support-push');
    const { stdout } = await keys('list');
    expect(stdout).toContain(`${one.id}  read `);
    expect(stdout).toMatch(new RegExp(`^${other.id}  push support-push +active .* tickets$`, 'm'));
    const json = (await keys('list', '--json')).stdout;
    for (const { key } of [one, other]) {
      expect(stdout + json).not.toContain(key.slice(17));
    }
    expect(parsedObject(json)).toMatchObject({ keys: [{ right: expect.any(String) }, {}] });
    expect(json).not.toContain('hash');
  });
});

describe('keys on a terminal', () => {
  test('writes no line that is wider than the terminal', async () => {
    const name = 'the team that pushes tickets of the support desk';
    const flags = ['--name', name, '--right', 'push', '--connector', 'support-push'];
    const made = await keysAt(80, 'create', ...flags);
    const narrow = await keysAt(80, 'list');
    const wide = await keysAt(160, 'list');
    // The key itself cannot be broken.
    const lines = [made.stderr, narrow.stdout].flatMap((text) => text.split('\n'));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(made.stderr).toContain('This is the first key.');
    expect(narrow.stdout).toContain(`  ${name}\n  push support-push, active, created 2`);
    expect(wide.stdout).toMatch(/^id .* last used {2}name\n/);
  });
});

describe('keys revoke', () => {
  test('ends a key, and may be repeated without moving the moment', async () => {
    const { id } = await created('--name', 'Ops', '--right', 'read');
    const first = await keys('revoke', id);
    expect(first).toMatchObject({ stdout: expect.stringContaining(id), statuses: [0] });
    expect((await keys('revoke', id)).stdout).toBe(first.stdout);
    expect((await keys('list')).stdout).toContain('revoked');
  });

  test('takes a whole key, so that one that was found somewhere can be ended', async () => {
    const { id, key } = await created('--name', 'Ops', '--right', 'read');
    const { stdout } = await keys('revoke', key, '--json');
    expect(parsedObject(stdout)).toMatchObject({ id, status: 'revoked' });
  });

  test.each(['0123456789ab', `gsb_0123456789ab_${'x'.repeat(43)}`, 'x'.repeat(60)])(
    'reports the unknown key %s without repeating a secret',
    async (id) => {
      const refused = keys('revoke', id);
      await expect(refused).rejects.toMatchObject({ code: 'KEY_UNKNOWN', exit: 2 });
      await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('xxxxx') });
    },
  );
});

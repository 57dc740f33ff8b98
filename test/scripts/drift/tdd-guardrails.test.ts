import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { untestedChanges } from '../../../scripts/drift/tdd-guardrails.ts';
import { UsageError } from '../../../scripts/drift/usage-error.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const AUTHOR = ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'commit.gpgSign=false'];

const folders = temporaryFolders();
let root: string;
afterAll(() => {
  folders.removeAll();
});

const git = (...args: readonly string[]) => execa('git', [...AUTHOR, ...args], { cwd: root });

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

async function commit(...messages: readonly string[]): Promise<void> {
  await git('add', '--all');
  await git('commit', ...messages.flatMap((message) => ['-m', message]));
}

async function untested(base?: string): Promise<string[]> {
  return (await untestedChanges({ root, base })).map(({ place }) => place.file);
}

beforeEach(async () => {
  root = folders.make();
  await git('init', '--initial-branch=main');
  write('src/a.ts', 'one\ntwo\nthree\n');
  write('src/b.ts', '1\n2\n3\n');
  await commit('Begin');
  await git('checkout', '-b', 'change');
});

describe('untestedChanges', () => {
  test('names changed files of src, committed or not, if nothing in test changed', async () => {
    expect(await untested()).toEqual([]);
    write('src/a.ts', 'changed\n');
    await commit('Change a');
    write('src/new.ts', 'new\n');
    write('docs/a.md', 'new\n');
    write('src/cli/help/run.ts', 'a text of the help\n');
    expect(await untested()).toEqual(['src/a.ts', 'src/new.ts']);
    write('test/a.test.ts', 'a test\n');
    expect(await untested()).toEqual([]);
  });

  test('compares with the commit at which the branch began, not with what main became', async () => {
    await git('checkout', 'main');
    write('src/a.ts', 'of others\n');
    await commit('Change main');
    await git('checkout', 'change');
    expect(await untested()).toEqual([]);
  });

  test('requires no test for moved and deleted files', async () => {
    await git('mv', 'src/a.ts', 'src/moved.ts');
    rmSync(join(root, 'src/b.ts'));
    await commit('Move a, remove b');
    expect(await untested()).toEqual([]);
  });

  test('excuses the files of commits with a reason, until another commit or an edit changes them', async () => {
    write('src/a.ts', 'reworded\n');
    write('src/b.ts', 'reworded\n');
    await commit('Reword', 'No-Test: comments only');
    expect(await untested()).toEqual([]);
    write('src/a.ts', 'changed\n');
    await commit('Change a');
    write('src/b.ts', 'edited\n');
    expect(await untested()).toEqual(['src/a.ts', 'src/b.ts']);
  });

  test('does not accept the trailer without a reason', async () => {
    write('src/a.ts', 'changed\n');
    await commit('Change a', 'No-Test:');
    expect(await untested()).toEqual(['src/a.ts']);
  });

  test('refuses a branch that does not exist', async () => {
    await expect(untested('gone')).rejects.toThrow(UsageError);
  });
});

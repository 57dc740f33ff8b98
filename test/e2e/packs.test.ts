import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXAMPLES = join(ROOT, 'examples');
const NAMES = ['main', 'run', 'validate'];

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** A copy of the built program, so that its packs can be damaged. */
function copyOfProgram(): string {
  const copy = folders.make();
  for (const part of ['bin', 'dist/bundle', 'package.json']) {
    cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  }
  for (const part of ['node_modules', 'schemas', 'migrations'])
    symlinkSync(join(ROOT, part), join(copy, part));
  return copy;
}

async function validated(program: string, nodeArgs: readonly string[] = []) {
  const bin = join(program, 'bin', 'gemini-sync-bridge.cjs');
  const { stdout, stderr, exitCode } = await execa(
    process.execPath,
    [...nodeArgs, bin, 'validate', EXAMPLES],
    {
      cwd: program,
      extendEnv: false,
      env: { PATH: process.env['PATH'] ?? '' },
      reject: false,
    },
  );
  return { stdout, stderr, exitCode };
}

/** Replaces the compiled code of all packs. */
function changeCompiledCode(program: string, change: (code: Buffer) => Buffer): void {
  const packs = join(program, 'dist', 'bundle', 'packs');
  const compiled = readdirSync(packs).filter((name) => name.endsWith('.bin'));
  expect(compiled).toHaveLength(NAMES.length);
  for (const name of compiled) writeFileSync(join(packs, name), change(readFileSync(join(packs, name))));
}

describe('the packs of the built program', () => {
  test.each(NAMES)('V8 takes the compiled code of the pack %s', async (name) => {
    expect(await opened(ROOT, name)).toBe('taken');
  });

  test('a pack with compiled code of another text is not opened', async () => {
    const copy = copyOfProgram();
    const text = join(copy, 'dist', 'bundle', 'packs', 'main.js');
    // The length, by which alone V8 tells one text from another, stays the same.
    writeFileSync(text, readFileSync(text, 'latin1').replace(/^\/\/ ./, '// x'));
    expect(await opened(copy, 'main')).toBe('not opened');
  });
});

/** Opens a pack of a program in a process of its own. */
async function opened(program: string, name: string): Promise<string> {
  const script = `const { openPack } = require('./bin/program-loader.cjs');
    const pack = openPack('./dist/bundle', '${name}');
    console.log(pack === undefined ? 'not opened' : pack.script.cachedDataRejected ? 'refused' : 'taken');`;
  const { stdout } = await execa(process.execPath, ['--eval', script], {
    cwd: program,
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '' },
  });
  return stdout;
}

describe('the built program does the same when its packs are of no use', () => {
  let expected: Awaited<ReturnType<typeof validated>>;
  let copy: string;
  beforeAll(async () => {
    expected = await validated(ROOT);
    expect(expected.stdout).toContain('6 files valid');
    copy = copyOfProgram();
  });

  test('because V8 has other flags than at the build', async () => {
    expect(await validated(ROOT, ['--no-opt'])).toEqual(expected);
  });

  test('because their compiled code is damaged', async () => {
    changeCompiledCode(copy, (code) => code.fill(0, code.length / 2));
    expect(await validated(copy)).toEqual(expected);
  });

  test('because their compiled code is incomplete', async () => {
    changeCompiledCode(copy, (code) => code.subarray(0, code.length / 2));
    expect(await validated(copy)).toEqual(expected);
  });

  test('because their compiled code is something else', async () => {
    changeCompiledCode(copy, () => Buffer.from('not compiled code'));
    expect(await validated(copy)).toEqual(expected);
  });

  test('because there are none', async () => {
    rmSync(join(copy, 'dist', 'bundle', 'packs'), { recursive: true });
    expect(await validated(copy)).toEqual(expected);
  });
});

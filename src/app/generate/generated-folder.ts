import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BridgeError } from '../../core/errors.ts';
import { codeOf } from '../../core/thrown.ts';
import {
  generatedState,
  sourceOf,
  stateOfOther,
  withHeader,
  type GeneratedFile,
  type GeneratedState,
} from '../../schedules/generated-file.ts';
import { replaceFile } from './replace-file.ts';

/** A file that the generator writes, and what is in its place now. */
export interface ExpectedFile {
  readonly expected: GeneratedFile;
  /** Undefined if the file does not exist. */
  readonly actual: string | undefined;
  readonly state: GeneratedState;
}

/** A generated file that no definition has any more. */
export interface LeftoverFile {
  /** Relative to the folder of the generator, with `/`. */
  readonly path: string;
  /** The definition that it was made from. */
  readonly source: string;
  readonly state: 'outdated' | 'edited';
}

/** Reads what is in the place of each expected file. @throws BridgeError GENERATED_FILE_UNWRITABLE */
export function readExpected(
  files: readonly GeneratedFile[],
  folder: string,
): Promise<readonly ExpectedFile[]> {
  return Promise.all(
    files.map(async (expected) => {
      const actual = await readIfExists(join(folder, expected.path));
      return { expected, actual, state: generatedState(expected, actual) };
    }),
  );
}

/**
 * Finds the generated files of a subfolder that are not among the expected ones. Files that were written by hand are not
 * included.
 * @throws BridgeError GENERATED_FILE_UNWRITABLE
 */
export async function readLeftovers(
  files: readonly GeneratedFile[],
  folder: string,
  subfolder: string,
): Promise<readonly LeftoverFile[]> {
  const expected = new Set(files.map(({ path }) => path));
  const names = (await listIfExists(join(folder, subfolder))).filter((name) => name.endsWith('.yaml'));
  const others = names.map((name) => `${subfolder}/${name}`).filter((path) => !expected.has(path));
  const leftovers = await Promise.all(
    others.toSorted().map(async (path): Promise<LeftoverFile[]> => {
      const text = (await readIfExists(join(folder, path))) ?? '';
      const source = sourceOf(text);
      const state = stateOfOther(text);
      return source === undefined || state === 'foreign' ? [] : [{ path, source, state }];
    }),
  );
  return leftovers.flat();
}

/** @throws BridgeError GENERATED_FILE_UNWRITABLE */
export async function writeGenerated(file: GeneratedFile, folder: string): Promise<void> {
  const path = join(folder, file.path);
  await orUnwritable(path, 'written', async () => {
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, withHeader(file));
  });
}

/** @throws BridgeError GENERATED_FILE_UNWRITABLE */
export async function removeGenerated(path: string, folder: string): Promise<void> {
  await orUnwritable(join(folder, path), 'removed', () => rm(join(folder, path)));
}

function readIfExists(path: string): Promise<string | undefined> {
  return orUnwritable(path, 'read', () => orIfMissing(() => readFile(path, 'utf8'), undefined));
}

function listIfExists(path: string): Promise<readonly string[]> {
  return orUnwritable(path, 'read', () => orIfMissing(() => readdir(path), []));
}

async function orIfMissing<Value, Default>(
  read: () => Promise<Value>,
  byDefault: Default,
): Promise<Value | Default> {
  try {
    return await read();
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return byDefault;
    throw thrown;
  }
}

async function orUnwritable<Value>(path: string, verb: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === '') throw thrown;
    throw new BridgeError('GENERATED_FILE_UNWRITABLE', `${path} cannot be ${verb} (${code}).`, {
      cause: thrown,
      hint: 'Check the folder of --out, its permissions and the disk.',
    });
  }
}

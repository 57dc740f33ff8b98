import { execa } from 'execa';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Installation } from './entry.ts';

const MESSAGE_CHARACTERS_MAX = 300;
/** Names the packages of a finished installation. */
const MARK = 'bench-packages.txt';

/**
 * Installs a tool from PyPI unless the cache has these versions of it.
 * @returns undefined, or why it could not be installed
 */
export async function install(installation: Installation, cache: string): Promise<string | undefined> {
  const folder = join(cache, installation.name);
  const mark = join(folder, MARK);
  const packages = installation.packages.join('\n');
  const installed = await readFile(mark, 'utf8').catch(() => undefined);
  if (installed === packages) return undefined;
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(cache, { recursive: true });
    await execa('python3', ['-m', 'venv', folder]);
    await execa(join(folder, 'bin', 'pip'), ['install', '--quiet', ...installation.packages]);
    await writeFile(mark, packages);
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return text.slice(-MESSAGE_CHARACTERS_MAX).replaceAll(/\s+/g, ' ').trim();
  }
}

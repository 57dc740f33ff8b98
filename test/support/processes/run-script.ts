import { chmodSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { execa } from 'execa';

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/**
 * Starts a TypeScript file of this repository, by its path from the root, as a process of its own.
 * Working directory and temporary files are in `folder`, so that a test sees every leftover file.
 */
export function startScript(file: string, folder: string, env: Readonly<Record<string, string>> = {}) {
  // Like the system's own folder for this: when the tests run as root, PostgreSQL runs as another user.
  chmodSync(folder, 0o1777);
  const script = fileURLToPath(new URL(`../../../${file}`, import.meta.url));
  return execa(process.execPath, ['--conditions=development', '--import', TSX, script], {
    cwd: folder,
    env: { TMPDIR: folder, ...env },
    reject: false,
  });
}

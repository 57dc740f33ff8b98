import { execa } from 'execa';
import { UsageError } from './usage-error.ts';
import { driftAt, type PlacedDrift } from './finding.ts';

/** The trailer of a commit that needs no test, with the reason: `No-Test: only moves code`. */
const TRAILER = 'No-Test';
/** Branches that a change is compared with unless an option names another one; the first that exists. */
const BASES: readonly string[] = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'];

/** Files that are written by hand and decide what the program does. */
const NEEDS_TEST = /^src\/.+\.tsx?$/;
/** Texts of the help and generated files have no behaviour of their own. */
const NEEDS_NONE = /^src\/(?:cli\/help\/.+|server\/ops\/errors\/error-meanings)\.ts$/;
const TESTS = 'test/';

export interface Branch {
  /** The repository. */
  readonly root: string;
  /** A branch or commit; undefined: the main branch. */
  readonly base: string | undefined;
}

/**
 * Finds changes in `src/` without any change in `test/`, since the branch began, whether they are committed or not.
 * @throws UsageError if there is nothing to compare with
 */
export async function untestedChanges({ root, base }: Branch): Promise<PlacedDrift[]> {
  const git = async (...args: readonly string[]) =>
    (await execa('git', ['-c', 'core.quotePath=false', ...args], { cwd: root, stripFinalNewline: true }))
      .stdout;
  const start = await mergeBase(base, git);
  const changed = await changedFiles(start, git);
  if (changed.some((file) => file.startsWith(TESTS))) return [];
  const excused = await excusedFiles(start, git);
  return changed
    .filter((file) => NEEDS_TEST.test(file) && !NEEDS_NONE.test(file) && !excused.has(file))
    .map((file) =>
      driftAt({ file, line: 1 }, 'test', {
        message: `${file} changed since ${start.slice(0, 12)}, and nothing in test/ did.`,
        fix: `Add or change a test. If the change needs none, give its commit the trailer "${TRAILER}: REASON".`,
      }),
    );
}

type Git = (...args: readonly string[]) => Promise<string>;

async function mergeBase(base: string | undefined, git: Git): Promise<string> {
  for (const candidate of base === undefined ? BASES : [base]) {
    try {
      return await git('merge-base', candidate, 'HEAD');
    } catch {
      // This name is not known here; the next one may be.
    }
  }
  const names = base ?? BASES.join(', ');
  throw new UsageError(
    `git finds no common commit with ${names}. Name a branch with --base, and fetch its history.`,
  );
}

/** Deleted files and files that only moved need no test. Files that are not committed yet count. */
async function changedFiles(start: string, git: Git): Promise<string[]> {
  const committed = await git('diff', '--name-status', '--find-renames', '-z', start);
  const untracked = await git('ls-files', '--others', '--exclude-standard', '-z');
  const found = untracked.split('\0').filter((file) => file !== '');
  const parts = committed.split('\0');
  for (let at = 0; at + 1 < parts.length;) {
    const status = parts[at] ?? '';
    const moved = /^[RC]/.test(status);
    const file = parts[at + (moved ? 2 : 1)] ?? '';
    if (status !== 'D' && status !== 'R100') found.push(file);
    at += moved ? 3 : 2;
  }
  return found.sort();
}

/** Files that only commits with the trailer changed. */
async function excusedFiles(start: string, git: Git): Promise<ReadonlySet<string>> {
  const format = `%x01%(trailers:key=${TRAILER},valueonly,separator=%x20)%x02`;
  const log = await git('log', '--no-merges', '--name-only', `--format=${format}`, `${start}..HEAD`);
  const excused = new Set<string>();
  const counted = new Set((await git('diff', '--name-only', 'HEAD')).split('\n'));
  for (const commit of log.split('\x01')) {
    const [reason = '', files = ''] = commit.split('\x02');
    for (const file of files.split('\n').filter((name) => name !== '')) {
      (reason.trim() === '' ? counted : excused).add(file);
    }
  }
  for (const file of counted) excused.delete(file);
  return excused;
}

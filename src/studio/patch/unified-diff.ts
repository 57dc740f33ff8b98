import { DIFF_CONTEXT_LINES } from '../limits.ts';
import { gitBlob } from '../git-blob.ts';
import type { FileChange } from '../repository.ts';
import { diffLines, type DiffLine } from './line-diff.ts';

/** Lines of a diff that belong together, with the numbers of the first ones. */
export interface Hunk {
  /** From 1; 0 if the file does not exist on that side or has no lines there. */
  readonly beforeLine: number;
  readonly afterLine: number;
  readonly lines: readonly DiffLine[];
}

/** The changed lines of a file with the lines around them. */
export function hunksOf({ before, after }: Pick<FileChange, 'before' | 'after'>): readonly Hunk[] {
  const lines = diffLines(before ?? '', after ?? '');
  const changed = lines.flatMap(({ kind }, index) => (kind === 'same' ? [] : [index]));
  const ranges: { from: number; to: number }[] = [];
  for (const index of changed) {
    const range = { from: Math.max(0, index - DIFF_CONTEXT_LINES), to: index + DIFF_CONTEXT_LINES + 1 };
    const last = ranges.at(-1);
    if (last !== undefined && range.from <= last.to) last.to = range.to;
    else ranges.push(range);
  }
  let done = 0;
  let beforeDone = 0;
  let afterDone = 0;
  return ranges.map(({ from, to }) => {
    beforeDone += counted(lines.slice(done, from), 'added');
    afterDone += counted(lines.slice(done, from), 'removed');
    const own = lines.slice(from, to);
    const ofBefore = counted(own, 'added');
    const ofAfter = counted(own, 'removed');
    const hunk: Hunk = {
      beforeLine: ofBefore === 0 ? beforeDone : beforeDone + 1,
      afterLine: ofAfter === 0 ? afterDone : afterDone + 1,
      lines: own,
    };
    beforeDone += ofBefore;
    afterDone += ofAfter;
    done = from + own.length;
    return hunk;
  });
}

/** The numbers of added and removed lines. */
export function changeCounts(change: Pick<FileChange, 'before' | 'after'>): {
  readonly added: number;
  readonly removed: number;
} {
  const lines = hunksOf(change).flatMap((hunk) => hunk.lines);
  const count = (kind: DiffLine['kind']) => lines.filter((line) => line.kind === kind).length;
  return { added: count('added'), removed: count('removed') };
}

/** A patch that `git apply` takes, of all files. */
export function patchOf(changes: readonly FileChange[]): string {
  return changes.map(filePatch).join('');
}

function filePatch(change: FileChange): string {
  const { path, before, after } = change;
  const mode =
    before === null ? 'new file mode 100644\n' : after === null ? 'deleted file mode 100644\n' : '';
  const blobs = `index ${blobOf(before)}..${blobOf(after)}${mode === '' ? ' 100644' : ''}\n`;
  const head = `diff --git ${quoted(`a/${path}`)} ${quoted(`b/${path}`)}\n${mode}${blobs}`;
  const hunks = hunksOf(change);
  if (hunks.length === 0) return head;
  const names = `--- ${nameOf('a', path, before)}\n+++ ${nameOf('b', path, after)}\n`;
  return head + names + hunks.map(hunkText).join('');
}

function hunkText({ beforeLine, afterLine, lines }: Hunk): string {
  const before = rangeText(beforeLine, counted(lines, 'added'));
  const after = rangeText(afterLine, counted(lines, 'removed'));
  return `@@ -${before} +${after} @@\n${lines.map(lineText).join('')}`;
}

function rangeText(line: number, count: number): string {
  return count === 1 ? `${line}` : `${line},${count}`;
}

const MARKS = { same: ' ', removed: '-', added: '+' } as const;

function lineText({ kind, text }: DiffLine): string {
  const ending = text.endsWith('\n') ? '' : '\n\\ No newline at end of file\n';
  return `${MARKS[kind]}${text}${ending}`;
}

/** The number of lines that one side has: all but those of a kind. */
function counted(lines: readonly DiffLine[], without: DiffLine['kind']): number {
  return lines.filter(({ kind }) => kind !== without).length;
}

function nameOf(side: 'a' | 'b', path: string, text: string | null): string {
  if (text === null) return '/dev/null';
  const name = quoted(`${side}/${path}`);
  // Without the tab, `patch` reads what follows a blank as a time.
  return name.includes(' ') ? `${name}\t` : name;
}

function quoted(name: string): string {
  return /["\\\p{Cc}]/u.test(name) ? JSON.stringify(name) : name;
}

function blobOf(text: string | null): string {
  return text === null ? '0'.repeat(40) : gitBlob(text);
}

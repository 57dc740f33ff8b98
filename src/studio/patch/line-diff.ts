import { DIFF_EDITS_MAX } from '../limits.ts';

/** A line of a diff; its text has the line break, except for a last line without one. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** The lines of a text with their line breaks. A carriage return belongs to the line. */
function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => `${line}\n`);
  const last = lines.pop()?.slice(0, -1);
  return last === undefined || last === '' ? lines : [...lines, last];
}

/** The shortest edit from one text to the other, by lines; beyond `DIFF_EDITS_MAX` edits, one block that replaces another. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const left = linesOf(before);
  const right = linesOf(after);
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let end = 0;
  const shorter = Math.min(left.length, right.length) - start;
  while (end < shorter && left[left.length - 1 - end] === right[right.length - 1 - end]) end += 1;
  return [
    ...left.slice(0, start).map((text): DiffLine => ({ kind: 'same', text })),
    ...middle(left.slice(start, left.length - end), right.slice(start, right.length - end)),
    ...left.slice(left.length - end).map((text): DiffLine => ({ kind: 'same', text })),
  ];
}

/** The algorithm of Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), with the furthest points of every step kept. */
function middle(left: readonly string[], right: readonly string[]): readonly DiffLine[] {
  const total = Math.min(left.length + right.length, DIFF_EDITS_MAX);
  const furthest = new Map<number, number>([[1, 0]]);
  const steps: ReadonlyMap<number, number>[] = [];
  for (let edits = 0; edits <= total; edits += 1) {
    steps.push(new Map(furthest));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = isDown(furthest, diagonal, edits) ? at(furthest, diagonal + 1) : at(furthest, diagonal - 1) + 1;
      while (x < left.length && x - diagonal < right.length && left[x] === right[x - diagonal]) x += 1;
      furthest.set(diagonal, x);
      if (x >= left.length && x - diagonal >= right.length) return pathOf(left, right, steps);
    }
  }
  return [
    ...left.map((text): DiffLine => ({ kind: 'removed', text })),
    ...right.map((text): DiffLine => ({ kind: 'added', text })),
  ];
}

function pathOf(
  left: readonly string[],
  right: readonly string[],
  steps: readonly ReadonlyMap<number, number>[],
): readonly DiffLine[] {
  const reversed: DiffLine[] = [];
  let x = left.length;
  let y = right.length;
  for (let edits = steps.length - 1; edits >= 0; edits -= 1) {
    const furthest = steps[edits] ?? new Map<number, number>();
    const diagonal = x - y;
    const down = isDown(furthest, diagonal, edits);
    const fromX = at(furthest, down ? diagonal + 1 : diagonal - 1);
    const fromY = fromX - (down ? diagonal + 1 : diagonal - 1);
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      x -= 1;
      y -= 1;
      reversed.push({ kind: 'same', text: left[x] ?? '' });
    }
    if (edits === 0) break;
    reversed.push(
      down ? { kind: 'added', text: right[fromY] ?? '' } : { kind: 'removed', text: left[fromX] ?? '' },
    );
    x = fromX;
    y = fromY;
  }
  return reversed.reverse();
}

function isDown(furthest: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  if (diagonal === -edits) return true;
  return diagonal !== edits && at(furthest, diagonal - 1) < at(furthest, diagonal + 1);
}

function at(furthest: ReadonlyMap<number, number>, diagonal: number): number {
  return furthest.get(diagonal) ?? 0;
}

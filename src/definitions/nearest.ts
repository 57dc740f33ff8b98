/** Edits allowed per length of the word: one slip in a short word, two in a longer one, three in a long one. */
function editsAllowed(word: string): number {
  if (word.length <= 3) return 1;
  return word.length <= 8 ? 2 : 3;
}

/**
 * The candidate that the user most likely meant, or undefined when none is close. Case and the separators `_` and `-` are
 * ignored, because `watermark_field` for `watermarkField` is the most common slip.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = simplify(word);
  let edits = editsAllowed(wanted);
  let best: string | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, simplify(candidate), edits);
    if (distance > edits) continue;
    best = candidate;
    // Only a closer candidate replaces this one.
    edits = distance - 1;
  }
  return best;
}

function simplify(word: string): string {
  return word.toLowerCase().replaceAll(/[_-]/g, '');
}

/**
 * Optimal string alignment: inserts, deletes, replacements, and swaps of neighbours, each one edit.
 * @param limit a greater distance is not computed, because that takes quadratic time
 * @returns the distance, or infinity if it is greater than the limit
 */
export function editDistance(left: string, right: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(left.length - right.length) > limit) return Number.POSITIVE_INFINITY;
  let beforePrevious: Row = [];
  let previous: Row = Array.from({ length: Math.min(right.length, limit) + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    // Cells further from the diagonal are greater than the limit.
    const from = Math.max(1, row - limit);
    const to = Math.min(right.length, row + limit);
    const current: Row = row <= limit ? [row] : [];
    let least = row <= limit ? row : Number.POSITIVE_INFINITY;
    for (let column = from; column <= to; column += 1) {
      const replaced = at(previous, column - 1) + (left[row - 1] === right[column - 1] ? 0 : 1);
      let edits = Math.min(replaced, at(previous, column) + 1, at(current, column - 1) + 1);
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped && row > 1 && column > 1) edits = Math.min(edits, at(beforePrevious, column - 2) + 1);
      current[column] = edits;
      least = Math.min(least, edits);
    }
    if (least > limit) return Number.POSITIVE_INFINITY;
    beforePrevious = previous;
    previous = current;
  }
  const distance = at(previous, right.length);
  return distance > limit ? Number.POSITIVE_INFINITY : distance;
}

/** Only the cells near the diagonal are set; an unset cell is infinitely far. */
type Row = (number | undefined)[];

function at(row: Row, column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}

import { GLOB_FOLDER_WILDCARDS_MAX, GLOB_WILDCARDS_MAX } from '../../limits.ts';

/**
 * The reason why a glob is too slow, as a clause without a full stop; undefined if it is not. The library converts a glob to one
 * regular expression: the matching time of a file name grows with a power of the number of wildcards, and doubles with each
 * character under a repeated group.
 */
export function slowGlobReason(glob: string): string | undefined {
  if (/[*+]\(|[)}]\+/.test(glob)) return 'it has a repeated group, such as *(…) or +(…)';
  const folderWildcards = glob.split('/').filter((part) => part.includes('**')).length;
  if (folderWildcards > GLOB_FOLDER_WILDCARDS_MAX) {
    return `it has ${folderWildcards} times **, and may have it ${GLOB_FOLDER_WILDCARDS_MAX} times`;
  }
  const wildcards = wildcardsInOnePart(glob);
  if (wildcards <= GLOB_WILDCARDS_MAX) return undefined;
  return `one part of the path has ${wildcards} wildcards such as *, and may have ${GLOB_WILDCARDS_MAX}`;
}

/**
 * The number of wildcards that can match within the same part of a path: all wildcards in sequence, and for alternatives those of
 * the one with the most.
 */
function wildcardsInOnePart(glob: string): number {
  const open: { before: number; richest: number }[] = [];
  // The number of wildcards before the open groups, in the same part.
  let outside = 0;
  let count = 0;
  let most = 0;
  for (const [token] of glob.matchAll(/\[[^[\]]*\]|\*+|\+|!\(|[({]|[)}]|[,|/]/g)) {
    const group = open.at(-1);
    if (token.startsWith('*') || token === '+') count += 1;
    else if (token === '!(' || token === '(' || token === '{') {
      // An exclusion matches any text, so it counts as a wildcard.
      const before = count + (token === '!(' ? 1 : 0);
      open.push({ before, richest: 0 });
      outside += before;
      count = 0;
    } else if (group === undefined) {
      if (token === '/') count = 0;
    } else if (token === ',' || token === '|') {
      group.richest = Math.max(group.richest, count);
      count = 0;
    } else if (token === ')' || token === '}') {
      outside -= group.before;
      count = group.before + Math.max(group.richest, count);
      open.pop();
    }
    most = Math.max(most, outside + count);
  }
  return most;
}

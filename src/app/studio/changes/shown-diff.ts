/** The diff of a change, for pages. */
export { changeCounts, hunksOf, type Hunk } from '../../../studio/patch/unified-diff.ts';

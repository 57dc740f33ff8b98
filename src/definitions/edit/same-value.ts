import { has, isMapping } from './intended-value.ts';

/** Whether two values that YAML can express are equal. The order of the keys does not count, nor how the mappings were made. */
export function sameValue(left: unknown, right: unknown): boolean {
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => sameValue(item, right[index]))
    );
  }
  if (!isMapping(left) || !isMapping(right)) return Object.is(left, right);
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => has(right, key) && sameValue(left[key], right[key]))
  );
}

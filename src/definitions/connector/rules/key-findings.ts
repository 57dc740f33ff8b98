import { valueAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';

/** Whether a connector has a key, with any value. */
export function has(connector: unknown, path: string): boolean {
  return valueAt(connector, path) !== undefined;
}

/** @param path the key that is needed */
export function missing(path: string, message: string, fix: string): FieldFinding {
  return { code: 'missing_key', path, message, fix };
}

/** @param path the key that has no use where it is */
export function misplaced(path: string, message: string, fix: string): FieldFinding {
  return { code: 'misplaced_key', path, message, fix };
}

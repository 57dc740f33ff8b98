import { valueAt } from '../../../draft.ts';
import type { FieldFinding } from '../../../problem.ts';

/** Statuses about the credentials, the proxy or the load of the API, which say nothing about a record. */
const OTHER_MEANINGS: ReadonlySet<unknown> = new Set([401, 407, 408, 425, 429]);

/** @param path the field with the statuses that mean that a record was removed */
export function unfitMissingStatuses(connector: unknown, path: string): FieldFinding[] {
  const statuses = valueAt(connector, path);
  if (!Array.isArray(statuses)) return [];
  return statuses
    .filter((status) => OTHER_MEANINGS.has(status))
    .map((status) => ({
      code: 'wrong_value',
      path,
      message: `The status ${status} does not say that a record was removed, and documents would be deleted.`,
      fix: '[404], or [404, 410]',
    }));
}

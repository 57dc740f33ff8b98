import type { Finding } from '../../core/finding.ts';
import type { Schedulable } from '../../schedules/schedulable.ts';

/**
 * Compares the scheduleJobs of a values file with the definitions. Writes nothing.
 * @param file the values file, absolute
 */
export function compareHelmValues(
  _definitions: readonly Schedulable[],
  _file: string,
): Promise<readonly Finding[]> {
  return Promise.resolve([]);
}

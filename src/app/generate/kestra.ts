import type { Finding } from '../../core/finding.ts';
import type { Schedulable } from '../../schedules/schedulable.ts';

/**
 * Compares the flows in a folder with the definitions. Writes nothing.
 * @param folder the folder of the flows, absolute
 */
export function compareKestra(
  _definitions: readonly Schedulable[],
  _folder: string,
): Promise<readonly Finding[]> {
  return Promise.resolve([]);
}

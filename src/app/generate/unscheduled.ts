import type { Finding } from '../../core/finding.ts';
import type { Schedulable } from '../../schedules/schedulable.ts';
import { fieldPlace } from './field-place.ts';

/**
 * Names the definitions that have no schedule. That is allowed, but an author who forgot the schedule would wait for runs.
 * @param consequence what the scheduler does without a schedule: the end of a sentence
 */
export function unscheduledFindings(
  definitions: readonly Schedulable[],
  cwd: string,
  consequence: string,
): Promise<Finding[]> {
  const field = 'spec.schedule';
  return Promise.all(
    definitions
      .filter(({ schedule }) => schedule === undefined)
      .map(async ({ name, file }) => ({
        status: 'skip' as const,
        subject: field,
        place: await fieldPlace(file, field, cwd),
        message: `${name} has no schedule: ${consequence}.`,
      })),
  );
}

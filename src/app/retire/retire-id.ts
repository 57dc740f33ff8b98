import { newRunId } from '../run/run-id.ts';

/** The ids of retirements begin with this, so that no run with the id of a retirement is mistaken for it, nor the other way round. */
export const RETIRE_ID_PREFIX = 'retire-';

/** @param id the id that the caller gave; undefined: a new one */
export function retireRunId(id: string | undefined, now: Date): string {
  const given = id ?? newRunId(now);
  return given.startsWith(RETIRE_ID_PREFIX) ? given : `${RETIRE_ID_PREFIX}${given}`;
}

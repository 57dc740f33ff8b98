import { randomBytes } from 'node:crypto';

/** Sorts by time, and two runs of the same second differ. */
export function newRunId(now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${randomBytes(4).toString('hex')}`;
}

import { randomBytes } from 'node:crypto';

/** Run ids sort by time, and two runs of the same second get different ids. */
export function newRunId(now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${randomBytes(4).toString('hex')}`;
}

import { setTimeout as sleep } from 'node:timers/promises';

const INTERVAL_MS = 50;
const SAME_READINGS = 6;

/** Waits until a number does not change any more for a while, and gives it. */
export async function standstill(read: () => number): Promise<number> {
  let last = read();
  for (let same = 0; same < SAME_READINGS; same += 1) {
    await sleep(INTERVAL_MS);
    const now = read();
    if (now !== last) same = 0;
    last = now;
  }
  return last;
}

import { setTimeout as sleep } from 'node:timers/promises';

const INTERVAL_MS = 50;
/** Generous, because it is only reached when the test fails. */
const WAIT_MS_MAX = 30_000;

/** Waits until `isSo` says true. Fails, naming what was waited for, only when that is hopeless. */
export async function eventually(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (let waitedMs = 0; waitedMs < WAIT_MS_MAX; waitedMs += INTERVAL_MS) {
    if (await isSo()) return;
    await sleep(INTERVAL_MS);
  }
  throw new Error(`Waited in vain: ${what}`);
}

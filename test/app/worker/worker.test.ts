import { describe, expect, test } from '@jest/globals';
import { workOff, workUntilStopped, type Work, type WorkSource } from '../../../src/app/worker/worker.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { systemClock } from '../../../src/core/time/clock.ts';

/** A queue of works that end when the test lets them. */
function queueOf(...names: string[]) {
  const begun: string[] = [];
  const endings: (() => void)[] = [];
  const source: WorkSource = {
    countReady: () => Promise.resolve(names.length),
    next() {
      const name = names.shift();
      if (name === undefined) return Promise.resolve(undefined);
      const work: Work = (signal) =>
        new Promise((resolve) => {
          begun.push(name);
          endings.push(resolve);
          signal.addEventListener('abort', () => {
            resolve();
          });
        });
      return Promise.resolve(work);
    },
    forget: () => Promise.resolve(),
  };
  return { source, names, begun, endOne: () => endings.shift()?.() };
}

const shared = { log: silentLogger, clock: systemClock, pollMs: 1 };
/** Lets everything that can proceed without an event of the test proceed. */
const settled = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('workOff', () => {
  test('does no more work at the same time than allowed, and ends when nothing waits', async () => {
    const queue = queueOf('a', 'b', 'c');
    const working = workOff(
      { ...shared, sources: [queue.source], concurrency: 2 },
      new AbortController().signal,
    );
    await settled();
    expect(queue.begun).toEqual(['a', 'b']);
    // Stored while it works, so it is left to the next call.
    queue.names.push('later');
    queue.endOne();
    await settled();
    expect(queue.begun).toEqual(['a', 'b', 'c']);
    queue.endOne();
    queue.endOne();
    await working;
    expect(queue.names).toEqual(['later']);
  });

  test('waits for work in progress before it throws an error of the state', async () => {
    const queue = queueOf('a');
    const broken: WorkSource = {
      ...queue.source,
      countReady: () => Promise.reject(new Error('no database')),
    };
    const working = workOff(
      { ...shared, sources: [queue.source, broken], concurrency: 2 },
      new AbortController().signal,
    );
    const outcome = Promise.allSettled([working]);
    await settled();
    expect(queue.begun).toEqual(['a']);
    queue.endOne();
    expect(await outcome).toMatchObject([{ status: 'rejected', reason: { message: 'no database' } }]);
  });
});

describe('workUntilStopped', () => {
  test('continues after the state was unreachable, and takes from each queue in turn', async () => {
    const stop = new AbortController();
    const one = queueOf('a', 'b', 'c', 'd');
    const other = queueOf('z');
    let isReachable = false;
    const flaky: WorkSource = {
      ...one.source,
      next: () => (isReachable ? one.source.next() : Promise.reject(new Error('no database'))),
    };
    const working = workUntilStopped(
      { ...shared, sources: [flaky, other.source], concurrency: 1 },
      stop.signal,
    );
    await settled();
    isReachable = true;
    while (one.begun.length + other.begun.length < 3) {
      one.endOne();
      other.endOne();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(other.begun).toEqual(['z']);
    expect(one.begun).not.toEqual([]);
    stop.abort();
    await working;
  });
});

import { describe, expect, test } from '@jest/globals';
import { QueueRoom } from '../../../src/app/push/queue-room.ts';
import { PUSH_DEPTH_REFRESH_MS } from '../../../src/app/limits.ts';

const MAX = 100;

/** A queue of which others see the length, and a clock that is set by hand. */
function place(waiting: number) {
  const queue = { waiting, looks: 0 };
  let ms = 0;
  const room = new QueueRoom(
    {
      depth: () => {
        queue.looks += 1;
        return Promise.resolve({ batches: 1, events: queue.waiting, oldestReceivedAt: null });
      },
    },
    { now: () => new Date(ms), elapsedMs: () => ms },
    MAX,
  );
  /** @returns why it was refused, or undefined */
  const push = async (events: number) => {
    const full = (await room.ask('c')) ?? room.refusal('c', events);
    if (full === undefined) await room.use('c', events, () => Promise.resolve());
    return full;
  };
  return {
    queue,
    room,
    push,
    later: () => {
      ms += PUSH_DEPTH_REFRESH_MS;
    },
  };
}

const FULL = {
  code: 'QUEUE_FULL',
  retryAfterSeconds: expect.any(Number),
  message: expect.stringContaining('100'),
};

describe('the room of a queue', () => {
  test('is asked for once in a while, however many pushes come', async () => {
    const { queue, push, later } = place(0);
    await Promise.all(Array.from({ length: 20 }, () => push(1)));
    expect(queue.looks).toBe(1);
    later();
    await push(1);
    expect(queue.looks).toBe(2);
  });

  test('counts what was stored since, and what is being stored', async () => {
    const { push, room } = place(MAX - 10);
    expect(await push(8)).toBeUndefined();
    expect(await push(3)).toMatchObject(FULL);
    let store: () => void = () => undefined;
    const under = room.use('c', 2, () => new Promise<void>((resolve) => (store = resolve)));
    expect(await push(1)).toMatchObject(FULL);
    store();
    await under;
    expect(await room.ask('c')).toMatchObject(FULL);
  });

  test('is there again when a run has drained the queue', async () => {
    const { queue, push, later } = place(MAX);
    expect(await push(1)).toMatchObject(FULL);
    queue.waiting = 0;
    later();
    expect(await push(MAX)).toBeUndefined();
    expect(await push(1)).toMatchObject(FULL);
  });

  test('of one connector is not that of another', async () => {
    const { room, push } = place(MAX - 1);
    await push(1);
    expect(await push(1)).toMatchObject(FULL);
    expect(room.refusal('other', 1)).toBeUndefined();
  });
});

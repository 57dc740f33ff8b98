import { describe, expect, test } from '@jest/globals';
import { Socket } from 'node:net';
import { DelayedComparisons } from '../../../../src/server/access/keys/delayed-comparisons.ts';

const LONG_MS = 600_000;

describe('DelayedComparisons', () => {
  test('lets the oldest go on early when one more comes than may wait, and refuses none', async () => {
    const delayed = new DelayedComparisons(2);
    const sockets = [new Socket(), new Socket(), new Socket()];
    const waits = sockets.map((socket) => delayed.wait(LONG_MS, socket));
    await expect(waits[0]).resolves.toBe(true);
    expect(delayed.size).toBe(2);
    for (const socket of sockets) socket.destroy();
    await expect(Promise.all(waits)).resolves.toEqual([true, false, false]);
    expect(delayed.size).toBe(0);
  });

  test('ends the wait of a client that leaves, and does not begin one for a client that left', async () => {
    const delayed = new DelayedComparisons();
    const socket = new Socket();
    const wait = delayed.wait(LONG_MS, socket);
    socket.destroy();
    await expect(wait).resolves.toBe(false);
    await expect(delayed.wait(LONG_MS, socket)).resolves.toBe(false);
    expect(delayed.size).toBe(0);
  });

  test('goes on after the delay, and leaves no listener on the connection', async () => {
    const delayed = new DelayedComparisons();
    const socket = new Socket();
    const before = socket.listenerCount('close');
    await expect(delayed.wait(1, socket)).resolves.toBe(true);
    expect(socket.listenerCount('close')).toBe(before);
    socket.destroy();
  });
});

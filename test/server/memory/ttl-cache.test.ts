import { expect, test } from '@jest/globals';
import { KEY_CACHE_ENTRIES_MAX, KEY_CACHE_MS } from '../../../src/server/limits.ts';
import { createTtlCache } from '../../../src/server/memory/ttl-cache.ts';

function asking() {
  const asked: string[] = [];
  let ms = 0;
  let fails = false;
  const clock = { now: () => new Date(ms), elapsedMs: () => ms };
  const known = createTtlCache((id: string) => {
    asked.push(id);
    return fails ? Promise.reject(new Error('no database')) : Promise.resolve(asked.length);
  }, clock);
  return {
    asked,
    known,
    wait: (waited: number) => (ms += waited),
    fail: (now: boolean) => (fails = now),
  };
}

test('asks once for all who ask in the same moment, and again when the answer is old', async () => {
  const { known, wait } = asking();
  expect(await Promise.all([known('a'), known('a')])).toEqual([1, 1]);
  wait(KEY_CACHE_MS - 1);
  expect(await known('a')).toBe(1);
  wait(1);
  expect(await known('a')).toBe(2);
});

test('asks again about what is to be forgotten', async () => {
  const { known } = asking();
  await known('a');
  known.forget('a');
  expect(await known('a')).toBe(2);
});

test('does not remember that it had no answer', async () => {
  const { known, fail } = asking();
  fail(true);
  await expect(known('a')).rejects.toThrow('no database');
  fail(false);
  expect(await known('a')).toBe(2);
});

test('remembers no more than it may, and gives up the oldest first', async () => {
  const { asked, known } = asking();
  for (let n = 0; n <= KEY_CACHE_ENTRIES_MAX; n += 1) await known(String(n));
  const before = asked.length;
  await known('1');
  expect(asked).toHaveLength(before);
  await known('0');
  expect(asked).toHaveLength(before + 1);
});

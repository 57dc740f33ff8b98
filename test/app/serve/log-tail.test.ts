import { describe, expect, test } from '@jest/globals';
import { LogTail } from '../../../src/app/serve/log-tail.ts';

function tailOf(charactersMax: number, ...pieces: readonly (string | Buffer)[]): string {
  const tail = new LogTail(charactersMax);
  const add = tail.stream();
  for (const piece of pieces) add(Buffer.from(piece));
  return tail.text;
}

describe('the tail of a log', () => {
  test('is all of it while it fits', () => {
    expect(tailOf(10, 'one\n', 'two\n')).toBe('one\ntwo\n');
  });

  test('drops the oldest lines whole, and says so', () => {
    expect(tailOf(10, 'one\n', 'two\n', 'three\n')).toBe('[earlier lines were not kept]\ntwo\nthree\n');
  });

  test('keeps a line that just fits', () => {
    expect(tailOf(8, 'one\n', 'two\n', 'six\n')).toBe('[earlier lines were not kept]\ntwo\nsix\n');
  });

  test('keeps lines whole when two streams speak at once', () => {
    const tail = new LogTail(100);
    const [errors, results] = [tail.stream(), tail.stream()];
    errors(Buffer.from('{"message":"publ'));
    results(Buffer.from('{"status":"SUCCESS"}\n'));
    errors(Buffer.from('ished"}\n'));
    expect(tail.text).toBe('{"status":"SUCCESS"}\n{"message":"published"}\n');
  });

  test('has the line that has not ended', () => {
    expect(tailOf(10, 'one\n', 'tw')).toBe('one\ntw');
  });

  test('keeps the end of a line that is too long by itself', () => {
    expect(tailOf(4, 'abcdefgh')).toBe('[earlier lines were not kept]\nefgh');
  });

  test('does not break a character that comes in two pieces', () => {
    const euro = Buffer.from('€\n');
    expect(tailOf(10, euro.subarray(0, 1), euro.subarray(1))).toBe('€\n');
  });

  test('keeps the same text whatever the size of the pieces', () => {
    const text = Array.from({ length: 300 }, (_, index) => `line ${index}\n`).join('');
    const pieces = [1, 7, 64, 5_000].map((size) =>
      tailOf(1_000, ...(text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [])),
    );
    expect(new Set(pieces).size).toBe(1);
    expect(pieces[0]).toContain('line 299\n');
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ItemReader } from '../../src/json/item-reader.ts';
import { textAt } from '../../src/json/scan.ts';
import { spelled } from '../support/files/spelled-json.ts';

interface Rules {
  readonly depthMax?: number;
  readonly keysMax?: number;
  readonly whole?: boolean;
}

/** The items that a reader finds, assembled from the positions that it returns. */
function itemsOf(text: string, { depthMax = 32, keysMax = 100, whole = false }: Rules = {}): unknown[] {
  const reader = new ItemReader({ depthMax, keysMax });
  const bytes = Buffer.from(text);
  const items: unknown[] = [];
  reader.open(bytes, { whole });
  while (reader.next()) {
    const { members, start, end } = reader;
    const parsed: unknown = JSON.parse(bytes.toString('utf8', start, end));
    if (!reader.isObject) items.push(parsed);
    else {
      const found = Array.from({ length: members.count }, (_, member): [string, unknown] => [
        textAt(bytes, members.keyStart(member), members.keyEnd(member)),
        JSON.parse(bytes.toString('utf8', members.start(member), members.end(member))),
      ]);
      items.push(Object.fromEntries(found));
    }
  }
  return items;
}

describe('the reader of items', () => {
  test('finds the items of a list with their members, however they are written', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.infiniteStream(fc.nat()), (list, choices) => {
        const text = spelled(list, choices);
        expect(itemsOf(text)).toEqual(JSON.parse(text));
        expect(itemsOf(text, { whole: true })).toEqual([JSON.parse(text)]);
      }),
    );
  });

  test('treats a value that is not an array as the only item', () => {
    expect(itemsOf('\ufeff {"a":[1]} ')).toEqual([{ a: [1] }]);
    expect(itemsOf(' [ ] ')).toEqual([]);
    expect(itemsOf(' 7 ')).toEqual([7]);
  });

  test.each([
    ['[{"a":1} {"b":2}]', 9],
    ['[{"a":1}] x', 10],
    ['{"a":1},', 7],
    ['[1,]', 3],
  ])('reports that %j stops being JSON at byte %i, also after an item', (text, at) => {
    expect(() => itemsOf(text)).toThrow(expect.objectContaining({ fault: 'syntax', at }));
  });

  test('refuses a key that is twice in one object, at any depth and in any spelling', () => {
    expect(() => itemsOf('[{"x":[{"a":1,"b":2,"\\u0061":3}]}]')).toThrow(
      expect.objectContaining({ fault: 'key', at: 20 }),
    );
    expect(() => itemsOf('{"x":{"a":{"a":1},"b":0},"x":1}')).toThrow(
      expect.objectContaining({ fault: 'key', at: 25 }),
    );
    expect(itemsOf('[{"a":1},{"a":{"a":2}},[{"a":1},{"a":1}]]')).toHaveLength(3);
  });

  test('finds a key that is twice among any number of keys', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(59), fc.nat(59), (count, one, other) => {
        const keys = Array.from({ length: count }, (_, key) => `"key ${key}":${key}`);
        expect(itemsOf(`{${keys.join()}}`)).toHaveLength(1);
        const [from, to] = [one % count, other % (count + 1)];
        const twice = keys.toSpliced(to, 0, `"key ${from}":0`);
        expect(() => itemsOf(`{${twice.join()}}`)).toThrow(expect.objectContaining({ fault: 'key' }));
      }),
    );
  });

  test('refuses more keys in one object than it is told, and counts each object by itself', () => {
    const object = '{"a":{"c":1,"d":2},"b":{"c":1,"d":2}}';
    expect(itemsOf(object, { keysMax: 2 })).toHaveLength(1);
    expect(() => itemsOf('{"a":{"b":1,"c":2,"d":3}}', { keysMax: 2 })).toThrow(
      expect.objectContaining({ fault: 'keys', at: 18, message: 'it has an object with more than 2 keys' }),
    );
  });

  test('refuses what nests deeper than it is told, in each item', () => {
    expect(itemsOf('[{"a":[1]}]', { depthMax: 2 })).toHaveLength(1);
    expect(() => itemsOf('[{},{"a":[1]}]', { depthMax: 1 })).toThrow(
      expect.objectContaining({ fault: 'depth' }),
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parsePath } from '../../src/core/text/field-path.ts';
import { PATH_STEPS_MAX } from '../../src/core/limits.ts';
import { fieldAt } from '../../src/json/field.ts';

function at(json: string, path: string): string | undefined {
  const found = fieldAt(Buffer.from(json), 0, parsePath(path));
  return found?.bytes.toString('utf8', found.start, found.end);
}

describe('the value of a field', () => {
  const READERS =
    '{"permissions":[{"type":"user","emailAddress":"a@x"},{"type":"anyone"},{"type":"group","emailAddress":"g@x"}]}';

  test.each<[string, string, string | undefined]>([
    // One element of a list.
    ['{"title":[{"plain_text":"A"}, {"plain_text":"B"}]}', 'title[0].plain_text', '"A"'],
    ['{"title":[{"plain_text":"A"}, {"plain_text":"B"}]}', 'title[-1].plain_text', '"B"'],
    ['{"title":[]}', 'title[0].plain_text', undefined],
    ['{"title":[1]}', 'title[-2]', undefined],
    ['{"a":[[1, 2], [3]]}', 'a[0][1]', '2'],
    // All elements, or some of them.
    [READERS, 'permissions[].emailAddress', '["a@x","g@x"]'],
    [READERS, 'permissions[type=user].emailAddress', '["a@x"]'],
    [READERS, 'permissions[type=domain].emailAddress', '[]'],
    [READERS, 'permissions[kind=user].emailAddress', undefined],
    [READERS, 'permissions[].email', undefined],
    ['{"permissions":[]}', 'permissions[].emailAddress', '[]'],
    ['{"permissions":{}}', 'permissions[].emailAddress', undefined],
    ['{"l":[{"n":1.50,"p":true},{"n":2,"p":false}]}', 'l[p=true].n', '[1.50]'],
    ['{"l":[{"g":{"t":"a.b"},"n":1},{"g":{"t":"c"},"n":2}]}', 'l[g.t=a.b].n', '[1]'],
    // Lists in lists become one list, without nulls.
    ['{"g":[{"m":["a", "b"]},{"m":[]},{"m":null},{"m":"c"}]}', 'g[].m', '["a","b","c"]'],
    ['{"g":[{"m":[{"i":1},{"i":2}]},{"m":[{"i":3}]}]}', 'g[].m[].i', '[1,2,3]'],
    // The values of a map.
    ['{"data":{"x":{"n":1},"y":{"n":2}}}', 'data.*.n', '[1,2]'],
    ['{"data":[{"n":1},null,{"n":2}]}', 'data.*.n', '[1,2]'],
    ['{"data":{}}', 'data.*', '[]'],
    // A key may have brackets itself, and the longest key counts.
    ['{"a[0]":1,"a":[2]}', 'a[0]', '1'],
    ['{"a[].b":{"c":1},"a":[{"b":{"c":2}}]}', 'a[].b.c', '1'],
    ['{"a[].b":{},"a":[{"b":{"c":2}}]}', 'a[].b.c', '[2]'],
    ['{"a[x]":1}', 'a[x]', '1'],
    ['{"a[0]b":1}', 'a[0]b', '1'],
  ])('in %s, %s leads to %s', (json, path, value) => {
    expect(at(json, path)).toBe(value);
  });

  test('behind the greatest number of steps, the rest of the path is one key', () => {
    const names = Array.from({ length: PATH_STEPS_MAX }, () => 'a');
    const json = `${names.map((name) => `{"${name}":`).join('')}{"b.c":1}${'}'.repeat(names.length)}`;
    expect(at(json, [...names, 'b.c'].join('.'))).toBe('1');
    expect(at(json.replace('"b.c":1', '"b":{"c":1}'), [...names, 'b.c'].join('.'))).toBeUndefined();
  });
});

/** A value that a path leads to: one, or several that become a list; undefined for none. */
type Reached = { one: unknown } | { many: unknown[] } | undefined;

/** The same language over parsed JSON, by trying the keys of each object at the beginning of the path's text. */
function model(value: unknown, path: string): Reached {
  if (path === '') return { one: value };
  if (typeof value !== 'object' || value === null) return undefined;
  const [star] = /^\*(?:\.|(?=\[)|$)/.exec(path) ?? [];
  if (star !== undefined) {
    const values = Array.isArray(value) ? value.filter((item) => item !== null) : Object.values(value);
    return several(
      values.map((item) => model(item, path.slice(star.length))),
      values.length,
    );
  }
  if (Array.isArray(value)) return modelOfList(value, path);
  const keys = Object.keys(value).sort((one, other) => other.length - one.length);
  for (const key of keys) {
    const rest = path.slice(key.length);
    if (
      key === '' ||
      !path.startsWith(key) ||
      !/^(?:$|\.|\[(?:-?\d*|[^[\]=]+=[^[\]]*)\](?:[.[]|$))/.test(rest)
    )
      continue;
    const reached = model(Reflect.get(value, key), rest.replace(/^\./, ''));
    if (reached !== undefined) return reached;
  }
  return undefined;
}

function modelOfList(list: readonly unknown[], path: string): Reached {
  const [all = '', inside] = /^\[(-?\d*|[^[\]=]+=[^[\]]*)\](?:\.|(?=\[)|$)/.exec(path) ?? [];
  if (inside === undefined) return undefined;
  const rest = path.slice(all.length);
  if (/\d/.test(inside) && !inside.includes('=')) {
    const index = Number(inside);
    const item = list.at(index);
    return index >= list.length || item === undefined ? undefined : model(item, rest);
  }
  const [member = '', text] = inside.split('=');
  const reached = list.map((item): Reached => {
    if (inside === '') return model(item, rest);
    const found = model(item, member);
    if (found === undefined || !('one' in found)) return undefined;
    const plain = typeof found.one === 'string' ? found.one : JSON.stringify(found.one);
    return plain === text ? model(item, rest) : { many: [] };
  });
  return several(reached, list.length);
}

function several(reached: readonly Reached[], count: number): Reached {
  const values = reached.flatMap((item) =>
    item === undefined ? [] : 'one' in item ? [item.one] : item.many,
  );
  return count === 0 || reached.some((item) => item !== undefined) ? { many: values } : undefined;
}

const KEY = fc.constantFrom('a', 'b', 'a.b', 'b.a', 'a[0]', 'b[]', 'a[].b', 't');
const JSON_VALUE = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, 1, 'x', 'y z'),
    fc.dictionary(KEY, tie('value'), { minKeys: 2, maxKeys: 5 }),
    fc.array(tie('value'), { maxLength: 4 }),
  ),
})).value;
const RECORD = fc.dictionary(KEY, JSON_VALUE, { minKeys: 3, maxKeys: 6 });
const PATH = fc
  .array(fc.constantFrom('a', 'b', 't', '*', 'a[0]', 'a[-1]', 'a[]', 'b[]', 'b[t=x]', 'a[t=1]', 'a[][1]'), {
    minLength: 1,
    maxLength: 3,
  })
  .map((names) => names.join('.'));

/** The value of a field as in `fieldAt`. */
function modelField(value: unknown, path: string): unknown {
  const reached = model(value, path);
  if (reached === undefined || 'one' in reached) return reached?.one;
  return reached.many.flat().filter((item) => item !== null);
}

test('a path leads to the same value as in a model with parsed JSON, for any JSON and any blanks', () => {
  let hits = 0;
  fc.assert(
    fc.property(RECORD, PATH, fc.constantFrom(0, 1), (value, path, indent) => {
      const expected = modelField(value, path);
      if (expected !== undefined) hits++;
      const found = at(JSON.stringify(value, null, indent), path);
      expect(found === undefined ? undefined : JSON.parse(found)).toEqual(expected);
    }),
    { numRuns: 3_000, seed: 14 },
  );
  expect(hits).toBeGreaterThan(300);
});

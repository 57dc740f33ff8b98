import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isMap, isScalar, isSeq, LineCounter, parse, parseDocument, type Document } from 'yaml';
import { editYaml } from '../../../src/definitions/edit/edit-yaml.ts';
import type { PlainValue, YamlEdit } from '../../../src/definitions/edit/yaml-edit.ts';
import type { Segment } from '../../../src/definitions/problem.ts';
import { readYaml } from '../../../src/definitions/yaml/yaml.ts';
import { yamlTexts } from './yaml-layouts.ts';

const RUNS = 150;

const strings = fc.oneof(
  fc.constantFrom(
    '',
    'x',
    'a: b',
    '- a',
    '{{ x }}',
    'true',
    '12',
    '~',
    '0x1F',
    '# c',
    'a #b',
    "'",
    '"',
    '@x',
    '`',
    '%x',
    '*x',
    '&x',
    '!x',
    '|',
    ' edge ',
    '\t',
    'a\tb',
    'a\\b',
    'a, b]',
    '-',
    '?',
    'y\r\nz',
    '\u2028',
    '\u0007',
  ),
  fc
    .array(fc.constantFrom('line', '', '  deeper', '# c', 'k: v'), { maxLength: 4 })
    .map((lines) => lines.join('\n')),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const scalars: fc.Arbitrary<PlainValue> = fc.oneof(
  strings,
  strings,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(0.1, -1e21, 1e-7),
);
const keys = fc.oneof(fc.constantFrom('a', 'b', 'new', 'new key', '12', 'true', 'x: y', '-'), strings);
const values: fc.Arbitrary<PlainValue> = fc.oneof(
  { weight: 5, arbitrary: scalars },
  fc.array(scalars, { maxLength: 3 }),
  fc.dictionary(keys, fc.oneof(scalars, fc.array(scalars, { maxLength: 2 })), { maxKeys: 3 }),
  fc.array(fc.dictionary(keys, scalars, { maxKeys: 2 }), { maxLength: 2 }),
);

const orders = fc.record({
  kind: fc.constantFrom('set', 'add', 'remove', 'insert', 'move'),
  at: fc.nat(),
  index: fc.nat(),
  to: fc.nat(),
  key: keys,
  value: values,
});

type Order = typeof orders extends fc.Arbitrary<infer Value> ? Value : never;

describe('editYaml', () => {
  test('changes only the intended value and its lines, in every layout', () => {
    // Only edits that would move a comment or change a block text that keeps its blank lines are refused.
    let refused = 0;
    let edited = 0;
    fc.assert(
      fc.property(yamlTexts, orders, (text, order) => {
        const { value, problems } = readYaml(text);
        expect(problems).toEqual([]);
        const edit = editFor(value, order);
        fc.pre(edit !== undefined);
        const result = editYaml(text, [edit], () => []);
        if ('refusal' in result) {
          refused += 1;
          return;
        }
        edited += 1;
        const wanted = applied(value, edit);
        expect(readYaml(result.text).value ?? null).toEqual(wanted);
        if (!/[\u2028\u0085\ufeff]/.test(JSON.stringify(edit))) expect(parse(result.text)).toEqual(wanted);
        expectOtherLines(text, result.text, edit);
      }),
      { numRuns: RUNS },
    );
    expect(refused).toBeLessThan(edited / 30);
  });
});

/** The edit that an order means for a value. */
function editFor(value: unknown, order: Order): YamlEdit | undefined {
  const all = [...pathsOf(value, [])];
  const pick = <Item>(list: readonly Item[]) => list[order.at % Math.max(list.length, 1)];
  if (order.kind === 'add') {
    const path = pick(all.filter((path) => isMapping(at(value, path))));
    const mapping = at(value, path ?? []);
    if (path === undefined || (isMapping(mapping) && Object.hasOwn(mapping, order.key))) return undefined;
    return { kind: 'set', path: [...path, order.key], value: order.value };
  }
  if (order.kind === 'set' || order.kind === 'remove') {
    const path = pick(all.filter((one) => one.length > 0));
    if (path === undefined) return undefined;
    return order.kind === 'remove' ? { kind: 'remove', path } : { kind: 'set', path, value: order.value };
  }
  const path = pick(all.filter((one) => Array.isArray(at(value, one))));
  const list = path === undefined ? undefined : at(value, path);
  if (path === undefined || !Array.isArray(list)) return undefined;
  if (order.kind === 'insert')
    return { kind: 'insert', path, index: order.index % (list.length + 1), value: order.value };
  if (list.length === 0) return undefined;
  return { kind: 'move', path, from: order.index % list.length, to: order.to % list.length };
}

function* pathsOf(value: unknown, path: readonly Segment[]): Generator<readonly Segment[]> {
  yield path;
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* pathsOf(item, [...path, index]);
  else if (isMapping(value))
    for (const [key, item] of Object.entries(value)) yield* pathsOf(item, [...path, key]);
}

function at(value: unknown, path: readonly Segment[]): unknown {
  return path.reduce<unknown>((parent, segment) => Reflect.get(Object(parent), segment), value);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the edit means, written without the program's own functions. */
function applied(value: unknown, edit: YamlEdit): unknown {
  const copy = structuredClone(value);
  const parent = at(copy, edit.path.slice(0, -1));
  const last = edit.path.at(-1) ?? '';
  if (edit.kind === 'set')
    Object.defineProperty(parent, last, {
      value: edit.value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  const list = at(copy, edit.path);
  if (edit.kind === 'insert' && Array.isArray(list)) list.splice(edit.index, 0, edit.value);
  if (edit.kind === 'move' && Array.isArray(list)) list.splice(edit.to, 0, ...list.splice(edit.from, 1));
  if (edit.kind === 'remove') {
    const kept = keptPath(value, edit.path);
    if (kept.length === 0) return null;
    const from = at(copy, kept.slice(0, -1));
    if (Array.isArray(from)) from.splice(Number(kept.at(-1)), 1);
    else Reflect.deleteProperty(Object(from), kept.at(-1) ?? '');
  }
  return copy;
}

/** The path that a removal removes: the value, or the highest parent that it leaves empty. */
function keptPath(value: unknown, path: readonly Segment[]): readonly Segment[] {
  let removed = path;
  while (removed.length > 0 && Object.keys(Object(at(value, removed.slice(0, -1)))).length === 1)
    removed = removed.slice(0, -1);
  return removed;
}

/** The first and the last line of an entry with its comments, as another YAML library sees it. */
function expectOtherLines(before: string, after: string, edit: YamlEdit): void {
  expect(after.startsWith('\uFEFF')).toBe(before.startsWith('\uFEFF'));
  if (/\r/.test(before)) expect(after.replaceAll('\r\n', '')).not.toMatch(/\n/);
  const value: unknown = readYaml(before).value;
  const isAdded =
    edit.kind === 'set' && !Object.hasOwn(Object(at(value, edit.path.slice(0, -1))), edit.path.at(-1) ?? '');
  const path =
    edit.kind === 'remove' ? keptPath(value, edit.path) : isAdded ? edit.path.slice(0, -1) : edit.path;
  const allowed = linesOfEntry(before, path, edit.kind === 'remove');
  const [old, changed] = [linesOf(before), linesOf(after)];
  const context = JSON.stringify({ before, after, edit, allowed });
  const above = old.slice(0, allowed.first - 1);
  const below = old.slice(allowed.last);
  expect([changed.slice(0, above.length), context]).toEqual([above, context]);
  expect([below.length === 0 ? [] : changed.slice(-below.length), context]).toEqual([below, context]);
}

/** The byte order mark is not a part of the first line. */
function linesOf(text: string): string[] {
  return text.replace(/^\uFEFF/, '').split(/\r?\n/);
}

function linesOfEntry(
  text: string,
  path: readonly Segment[],
  isRemoval: boolean,
): { first: number; last: number } {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const lines = text.split(/\r?\n/);
  if (path.length === 0) return { first: 1, last: lines.length };
  const { start, end } = rangeOf(document, path);
  const key = lineCounter.linePos(start);
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  // The comma in the line of a neighbour goes too; and the next key takes the place of the first key beside a dash.
  const isBeside = (lines[key.line - 1] ?? '').slice(0, key.col - 1).trim() !== '';
  if (isRemoval && (isBeside || ((isMap(parent) || isSeq(parent)) && parent.flow === true))) {
    return linesOfEntry(text, path.slice(0, -1), isRemoval);
  }
  let first = key.line;
  while (lines[first - 2]?.trim().startsWith('#')) first -= 1;
  let last = Math.max(lineCounter.linePos(Math.max(end - 1, start)).line, first);
  // Comments that are indented deeper than the entry are a part of it.
  for (let line = last; /^\s*(#|$)/.test(lines[line] ?? 'x'); line += 1) {
    if ((lines[line] ?? '').search(/#/) >= key.col) last = line + 1;
  }
  return { first, last };
}

function rangeOf(document: Document, path: readonly Segment[]): { start: number; end: number } {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last));
    const [key, value] = [pair?.key, pair?.value];
    const keyRange = isScalar(key) ? key.range : undefined;
    const range: unknown = Reflect.get(Object(value), 'range');
    const end = Array.isArray(range) ? Number(range[1]) : (keyRange?.[1] ?? 0);
    return { start: keyRange?.[0] ?? 0, end };
  }
  const item: unknown = isSeq(parent) ? parent.items[Number(last)] : undefined;
  const range: unknown = Reflect.get(Object(item), 'range');
  return Array.isArray(range) ? { start: Number(range[0]), end: Number(range[1]) } : { start: 0, end: 0 };
}

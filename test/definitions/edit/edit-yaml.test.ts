import { describe, expect, test } from '@jest/globals';
import { connectorDocument } from '../../../src/definitions/connector/schema/schema-document.ts';
import { editYaml } from '../../../src/definitions/edit/edit-yaml.ts';
import { keyOrderOf } from '../../../src/definitions/edit/key-order.ts';
import { editsTogether } from '../../../src/definitions/edit/together.ts';
import type { PlainValue, YamlEdit } from '../../../src/definitions/edit/yaml-edit.ts';
import type { Segment } from '../../../src/definitions/problem.ts';

const noOrder = () => [];

function edited(text: string, ...edits: readonly YamlEdit[]): string {
  const result = editYaml(text, edits, noOrder);
  if ('refusal' in result) throw new Error(result.refusal.message);
  return result.text;
}

const set = (path: readonly Segment[], value: PlainValue): YamlEdit => ({ kind: 'set', path, value });
const remove = (...path: readonly Segment[]): YamlEdit => ({ kind: 'remove', path });

describe('editYaml', () => {
  test.each<[string, string, PlainValue, string]>([
    ['plain', 'a: x   # c\n', 'y', 'a: y   # c\n'],
    ['plain, where the value reads as a number', 'a: x\n', '12', 'a: "12"\n'],
    ['plain, where the value starts with an indicator', 'a: x\n', '{{ title }}', 'a: "{{ title }}"\n'],
    ['plain, where the value is a number', 'a: x\n', 12, 'a: 12\n'],
    ['single quotes', "a: 'x'\n", "it's", "a: 'it''s'\n"],
    ['double quotes', 'a: "x"\n', 'y', 'a: "y"\n'],
    ['a text that was emptied', 'a: "" # c\n', 'y', 'a: y # c\n'],
    ['a flow mapping', 'a: {b: 1}\n', { b: 1, c: 'd, e' }, 'a: {b: 1, c: "d, e"}\n'],
    ['a literal block', 'a: |\n     x\n\nb: 1\n', 'y\nz\n', 'a: |\n     y\n     z\n\nb: 1\n'],
    ['a literal block without a final line break', 'a: | # c\n  x\nb: 1\n', 'y', 'a: |- # c\n  y\nb: 1\n'],
    ['a folded block, which becomes literal', 'a: >-\n  x\n  y\n', 'y\nz', 'a: |-\n  y\n  z\n'],
    ['a block with an indentation indicator', 'a: |2\n    x\n', '   y\n', 'a: |2\n     y\n'],
    [
      'plain, where the value has several lines',
      'a: x # c\nb: 1\n',
      'y\n\nz',
      'a: |- # c\n  y\n\n  z\nb: 1\n',
    ],
    ['an empty value', 'a: # c\nb: 1\n', 'y', 'a: y # c\nb: 1\n'],
    ['CRLF', 'a: x\r\nb: 1\r\n', 'y\nz', 'a: |-\r\n  y\r\n  z\r\nb: 1\r\n'],
    ['no final line break', 'a: x', 'y', 'a: y'],
    ['a byte order mark', '\uFEFFa: x\n', 'y', '\uFEFFa: y\n'],
    ['a text over several lines', 'a: x\n  y # c\nb: 1\n', 'z', 'a: z # c\nb: 1\n'],
    ['a tag, which stays', 'a: !!str 5\n', '6', 'a: !!str "6"\n'],
    ['an anchor, which stays', 'a: &x y\n', 'z', 'a: &x z\n'],
  ])('sets a value in the style of %s', (_, text, value, wanted) => {
    expect(edited(text, set(['a'], value))).toBe(wanted);
  });

  test('adds a key after the keys that precede it in the schema, at the indentation of its mapping', () => {
    const text =
      'spec:\n    mode: sql_pull\n    # the database\n    source:\n        type: postgres\n        # the rows\n        query: x\n    # the end\n';
    const edits = [set(['spec', 'source', 'secretRef'], 'db'), set(['spec', 'schedule'], '0 * * * *')];
    expect(editYaml(text, edits, keyOrderOf(connectorDocument))).toEqual({
      text: 'spec:\n    mode: sql_pull\n    schedule: 0 * * * *\n    # the database\n    source:\n        type: postgres\n        secretRef: db\n        # the rows\n        query: x\n    # the end\n',
    });
  });

  test('adds a key before all others when it is the first one in the schema', () => {
    expect(
      editYaml('# header\nkind: Connector\n', [set(['apiVersion'], 'v1')], keyOrderOf(connectorDocument)),
    ).toEqual({
      text: '# header\napiVersion: v1\nkind: Connector\n',
    });
  });

  test.each([
    ['', 'a:\n  b:\n    - x\n'],
    ['# only a comment', '# only a comment\na:\n  b:\n    - x\n'],
    ['---\n', '---\na:\n  b:\n    - x\n'],
    ['a:\n', 'a:\n  b:\n    - x\n'],
    ['a: {}\n', 'a: {b: [x]}\n'],
  ])('adds missing parents to %j', (text, wanted) => {
    expect(edited(text, set(['a', 'b', 0], 'x'))).toBe(wanted);
  });

  test('removes a key with its lines and the comments directly above, and a mapping that is empty then', () => {
    const text =
      '# header\na: 1\n\n# not about b\n\n# about b\n# as well\nb:\n  c: |\n    x\n  # below\n# about d\nd: 2\n';
    expect(edited(text, remove('b', 'c'))).toBe('# header\na: 1\n\n# not about b\n\n# about d\nd: 2\n');
    expect(edited(text, remove('b'), remove('a'), remove('d'))).toBe('# header\n\n# not about b\n\n');
  });

  test('makes edits of several values at once as it makes them one after the other', () => {
    const text =
      'spec:\n  a: "x" # c\n  list:\n    # one\n    - 1\n    - 2 # two\n    - 3\n  map: {k: v, gone: 1}\n  # about b\n  b: old\n  last:\n    x: 1\n';
    const edits = [
      set(['spec', 'a'], 'y'),
      set(['spec', 'list'], [1, 5, 6, 7, 8]),
      set(['spec', 'map'], { k: 'w' }),
      remove('spec', 'b'),
      set(['spec', 'last', 'z'], 'inner'),
      set(['spec', 'end'], 'outer'),
    ];
    const wanted =
      'spec:\n  a: "y" # c\n  list:\n    # one\n    - 1\n    - 5 # two\n    - 6\n    - 7\n    - 8\n  map: {k: w}\n  last:\n    x: 1\n    z: inner\n  end: outer\n';
    expect(editsTogether(text, edits, noOrder)).toBe(wanted);
    const inOrder = edits.reduce((before, edit) => edited(before, edit), text);
    expect(inOrder).toBe(wanted);
  });

  test('shortens and replaces a long list at once', () => {
    const items = Array.from({ length: 3_000 }, (_, index) => `i${index}`);
    const text = `a:\n${items.map((item) => `  - ${item} # ${item}\n`).join('')}b: 1\n`;
    const few = items.slice(0, 2).map((item) => `${item}x`);
    expect(editsTogether(text, [set(['a'], few)], noOrder)).toBe('a:\n  - i0x # i0\n  - i1x # i1\nb: 1\n');
    const many = edited('a:\n  - x # first\nb: 1\n', set(['a'], items));
    expect(many).toBe(
      `a:\n  - i0 # first\n${items
        .slice(1)
        .map((item) => `  - ${item}\n`)
        .join('')}b: 1\n`,
    );
  });

  test('removes keys and items in flow syntax', () => {
    expect(
      edited('a: {b: 1, c: [x, y, z]} # c\n', remove('a', 'c', 0), remove('a', 'c', 1), remove('a', 'b')),
    ).toBe('a: {c: [y]} # c\n');
  });

  test.each([
    [
      'at the indentation of the key',
      'a:\n- x # one\n# two\n- y\nb: 1\n',
      'a:\n# two\n- y\n- n\n- x # one\nb: 1\n',
    ],
    ['with four spaces', 'a:\n    -   x\n    -   y\n', 'a:\n    -   y\n    -   n\n    -   x\n'],
    ['in flow syntax', 'a: [ x, y ]\n', 'a: [ y, n, x ]\n'],
    ['in flow syntax over lines', 'a: [\n  x, # one\n  y\n  ]\n', 'a: [\n  y, # one\n  n,\n  x\n  ]\n'],
  ])('inserts and moves items of a list %s', (_, text, wanted) => {
    const insert: YamlEdit = { kind: 'insert', path: ['a'], index: 1, value: 'n' };
    expect(edited(text, { kind: 'move', path: ['a'], from: 1, to: 0 }, insert)).toBe(wanted);
  });

  test('keeps the lines of the items that stay when a list is replaced', () => {
    const text = 'a:\n  - one # 1\n  # about two\n  - two\n  - three # 3\n';
    expect(edited(text, set(['a'], ['zero', 'two', 'new', 'three']))).toBe(
      'a:\n  - zero # 1\n  # about two\n  - two\n  - new\n  - three # 3\n',
    );
    expect(edited(text, set(['a'], ['one', 'three']))).toBe('a:\n  - one # 1\n  - three # 3\n');
  });

  test('leaves the text as it is when the value is the same, in whatever notation', () => {
    const text = 'a: 0x10\nb: {c: "x"}\nd:\n';
    expect(edited(text, set(['a'], 16), set(['b'], { c: 'x' }), set(['d'], null), remove('e'))).toBe(text);
  });

  test.each<[string, string, YamlEdit, number]>([
    ['an alias', 'a: &x 1\nb: *x\n', set(['a'], 2), 2],
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', set(['a'], 2), 3],
    ['two documents', 'a: 1\n---\na: 2\n', set(['a'], 2), 2],
    ['text that is not YAML', 'a: [\nb: 1\n', set(['b'], 2), 2],
    ['a text in the place of a mapping', 'a: 1\nb: x\n', set(['b', 'c'], 2), 2],
    ['an explicit key', 'a: 1\n? b\n: 2\n', set(['b'], 3), 2],
    ['a comment that would be lost', 'a:\n  - b: 1\n    # about c\n    c: 2\n', remove('a', 0, 'b'), 2],
    ['a block text that would get a blank line', 'a: |+\n  x\nb: 1\n\nc: 2\n', remove('b'), 3],
  ])('refuses to edit %s, names the line, and changes nothing', (_, text, edit, line) => {
    const result = editYaml(text, [edit], noOrder);
    expect(result).toEqual({
      refusal: { line, message: expect.stringMatching(/\.$/), fix: expect.stringMatching(/./) },
    });
  });

  test('makes either all edits or none', () => {
    expect(editYaml('a: 1\nb: x\n', [set(['a'], 2), set(['b', 'c'], 1)], noOrder)).toHaveProperty(
      'refusal.line',
      2,
    );
  });
});

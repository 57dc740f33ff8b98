import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { globSync } from 'tinyglobby';
import { connectorDocument } from '../../../src/definitions/connector/schema/schema-document.ts';
import { editYaml } from '../../../src/definitions/edit/edit-yaml.ts';
import { keyOrderOf } from '../../../src/definitions/edit/key-order.ts';
import type { Segment } from '../../../src/definitions/problem.ts';
import { displayPath } from '../../../src/definitions/problem.ts';
import { readYaml } from '../../../src/definitions/yaml/yaml.ts';

interface Sample {
  readonly title: string;
  readonly text: string;
}

const files = globSync(['connectors/*.yaml', 'examples/*.yaml']).map((file): Sample => ({
  title: file,
  text: readFileSync(file, 'utf8'),
}));

/** The definitions that the pages of the documentation show. */
const blocks = globSync(['docs/**/*.md', 'README.md']).flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/^```yaml\n(apiVersion[^]*?)^```$/gm)].map(
    ([, text = ''], index): Sample => ({ title: `${file} ${index + 1}`, text }),
  ),
);

const samples = [...files, ...blocks].filter(({ text }) => readYaml(text).problems.length === 0);
const keyOrder = keyOrderOf(connectorDocument);

describe('editYaml on the definitions of this repository', () => {
  test('finds them', () => {
    expect(files.length).toBeGreaterThan(6);
    expect(blocks.length).toBeGreaterThan(10);
  });

  test.each(samples)('changes exactly one line of $title for each text of one line', ({ title, text }) => {
    const windows = text.replaceAll('\n', '\r\n');
    for (const { path, line } of textsOf(readYaml(text))) {
      for (const one of title.endsWith('.yaml') ? [text, windows] : [text]) {
        const result = editYaml(one, [{ kind: 'set', path, value: 'changed: "value"' }], keyOrder);
        const changed = 'text' in result ? linesOf(result.text) : [];
        const old = linesOf(one);
        expect(changed).toHaveLength(old.length);
        expect(old.flatMap((own, index) => (own === changed[index] ? [] : [index + 1]))).toEqual([line]);
      }
    }
  });

  test.each(samples.filter(({ text }) => /^metadata:/m.test(text) && !/^ {2}description:/m.test(text)))(
    'adds exactly one line to $title and takes it away again',
    ({ text }) => {
      const path = ['metadata', 'description'];
      const added = editYaml(text, [{ kind: 'set', path, value: 'A description.' }], keyOrder);
      if (!('text' in added)) throw new Error(added.refusal.message);
      const [old, lines] = [linesOf(text), linesOf(added.text)];
      const at = lines.findIndex((line, index) => line !== old[index]);
      expect(lines[at]).toBe('  description: A description.');
      expect(lines.toSpliced(at, 1)).toEqual(old);
      expect(editYaml(added.text, [{ kind: 'remove', path }], keyOrder)).toEqual({ text });
    },
  );
});

/** The paths of the texts of one line, except those in flow lists, several of which share a line. */
function textsOf(
  reading: ReturnType<typeof readYaml>,
): { readonly path: readonly Segment[]; readonly line: number }[] {
  return [...leaves(reading.value, [])].map((path) => ({
    path,
    line: reading.locate(displayPath(path)).line,
  }));
}

function* leaves(value: unknown, path: readonly Segment[]): Generator<readonly Segment[]> {
  if (typeof value === 'string' && !value.includes('\n')) yield path;
  if (typeof value !== 'object' || value === null) return;
  const entries: readonly (readonly [Segment, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  for (const [segment, item] of entries) yield* leaves(item, [...path, segment]);
}

function linesOf(text: string): string[] {
  return text.split('\n');
}

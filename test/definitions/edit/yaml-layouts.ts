import fc from 'fast-check';

/** How one generated text is laid out. */
export interface Layout {
  readonly step: number;
  readonly dashStep: number;
  readonly newline: string;
  readonly start: string;
  readonly end: string;
}

interface Entry {
  readonly node: Node;
  /** Lines above the entry: comments and blank lines. */
  readonly above: readonly string[];
  readonly comment: string;
}

type Node =
  | { readonly kind: 'plain' | 'single' | 'double'; readonly text: string }
  | {
      readonly kind: 'block';
      readonly lines: readonly string[];
      readonly header: string;
      readonly more: number;
    }
  | { readonly kind: 'flow'; readonly text: string; readonly lines?: readonly string[] }
  | { readonly kind: 'map'; readonly entries: readonly (Entry & { readonly key: string })[] }
  | { readonly kind: 'seq'; readonly items: readonly Entry[] };

const PLAIN = [
  'x',
  'two words',
  'https://a.example/b?c=d#e',
  '12',
  '-0.5',
  'true',
  '~',
  '0x1F',
  '1e3',
  'a#b',
  "it's",
  '',
  '2024-01-01',
  'off',
  '-x',
];
const TEXTS = [
  '',
  'x',
  'a: b',
  '# no comment',
  '{{ title }}',
  "it's",
  'say "hi"',
  '0 */3 * * *',
  '12',
  ' edge ',
  'é漢😀',
];
const KEYS = ['a', 'b', 'c', 'd', 'e', '"q k"', "'s:k'", 'x-y', 'f/g'];
const FLOWS = [
  '[]',
  '{}',
  '[a, b]',
  '[ a , "b" ]',
  '{a: 1, b: [x, y]}',
  '{ a: {b: c} }',
  '[{a: 1}, {a: 2}]',
  "['1', 2, ~]",
];
const FLOW_LINES = [
  ['[', '  a, # first', '  b, # second', '  c # third', '  ]'],
  ['[', '  a,', '', '  b,', '  ]'],
  ['{', '  a: 1, # first', '  b: [x, y],', '  # above c', '  c: "3"', '  }'],
  ['[a,', '  b]'],
];

const plain: fc.Arbitrary<Node> = fc.constantFrom(...PLAIN).map((text) => ({ kind: 'plain', text }));
const quoted: fc.Arbitrary<Node> = fc
  .tuple(fc.constantFrom('single' as const, 'double' as const), fc.constantFrom(...TEXTS))
  .map(([kind, text]) => ({ kind, text }));
const block: fc.Arbitrary<Node> = fc.record({
  kind: fc.constant('block' as const),
  header: fc.constantFrom('|', '|-', '|+', '>', '>-', '>+'),
  lines: fc
    .array(fc.constantFrom('text', '', '  deeper', '# no comment', 'k: v'), { minLength: 1, maxLength: 4 })
    .map((lines) => ['first', ...lines]),
  more: fc.constantFrom(0, 1, 3),
});
const flow: fc.Arbitrary<Node> = fc.oneof(
  fc.constantFrom(...FLOWS).map((text): Node => ({ kind: 'flow', text })),
  fc.constantFrom(...FLOW_LINES).map(([text = '', ...lines]): Node => ({ kind: 'flow', text, lines })),
);

const above = fc.array(fc.constantFrom('# above', '', '#'), { maxLength: 3 });
const comment = fc.constantFrom('', '', ' # after', '    # aligned');

const { node } = fc.letrec<{ node: Node }>((tie) => {
  const entry = { node: tie('node'), above, comment };
  const map = fc
    .uniqueArray(fc.record({ key: fc.constantFrom(...KEYS), ...entry }), {
      minLength: 1,
      maxLength: 4,
      selector: ({ key }) => key,
    })
    .map((entries): Node => ({ kind: 'map', entries }));
  const seq = fc
    .array(fc.record(entry), { minLength: 1, maxLength: 4 })
    .map((items): Node => ({ kind: 'seq', items }));
  return { node: fc.oneof({ depthSize: 'small', maxDepth: 4 }, plain, quoted, block, flow, map, seq) };
});

const root = fc
  .uniqueArray(fc.record({ key: fc.constantFrom(...KEYS), node, above, comment }), {
    minLength: 1,
    maxLength: 4,
    selector: ({ key }) => key,
  })
  .map((entries): Node => ({ kind: 'map', entries }));

const layout: fc.Arbitrary<Layout> = fc.record({
  step: fc.constantFrom(2, 4, 3),
  dashStep: fc.constantFrom(0, 2, 4),
  newline: fc.constantFrom('\n', '\r\n'),
  start: fc.constantFrom('', '\uFEFF', '---\n', '# header\n\n', '%YAML 1.2\n---\n# header\n'),
  end: fc.constantFrom('\n', '', '\n\n', '\n# footer\n', '\n...\n'),
});

/** YAML texts of one mapping in many layouts. */
export const yamlTexts: fc.Arbitrary<string> = fc.tuple(root, layout).map(([tree, style]) => {
  const { lines } = rendered(tree, 0, style, false);
  const text = style.start + lines.join('\n') + style.end;
  return text.replaceAll('\n', style.newline);
});

interface Rendered {
  readonly inline: string;
  readonly lines: readonly string[];
}

/** @param indent the column of the node's own keys or dashes */
function rendered(node: Node, indent: number, layout: Layout, isItem: boolean): Rendered {
  const blanks = ' '.repeat(indent);
  switch (node.kind) {
    case 'plain':
      return { inline: node.text, lines: [] };
    case 'single':
      return { inline: `'${node.text.replaceAll("'", "''")}'`, lines: [] };
    case 'double':
      return { inline: JSON.stringify(node.text), lines: [] };
    case 'block': {
      const more = ' '.repeat(indent + node.more);
      return { inline: node.header, lines: node.lines.map((line) => (line === '' ? '' : more + line)) };
    }
    case 'flow':
      return {
        inline: node.text,
        lines: (node.lines ?? []).map((line) => (line === '' ? '' : blanks + line)),
      };
    case 'map': {
      const lines = node.entries.flatMap((entry, index) => {
        const value = below(entry.node, indent, layout);
        const first = `${blanks}${entry.key}:${value.inline === '' ? '' : ` ${value.inline}`}${commentOf(entry)}`;
        return [...(isItem && index === 0 ? [] : aboveOf(entry, blanks)), first, ...value.lines];
      });
      return { inline: '', lines };
    }
    case 'seq': {
      const lines = node.items.flatMap((item, index) => {
        const own = isItem && index === 0 ? [] : aboveOf(item, blanks);
        if (item.node.kind === 'map' || item.node.kind === 'seq') {
          const [first = '', ...others] = rendered(item.node, indent + 2, layout, true).lines;
          return [...own, `${blanks}- ${first.slice(indent + 2)}`, ...others];
        }
        const value = rendered(item.node, indent + layout.step, layout, false);
        return [
          ...own,
          `${blanks}-${value.inline === '' ? '' : ` ${value.inline}`}${commentOf(item)}`,
          ...value.lines,
        ];
      });
      return { inline: '', lines };
    }
  }
}

function below(node: Node, indent: number, layout: Layout): Rendered {
  return rendered(node, indent + (node.kind === 'seq' ? layout.dashStep : layout.step), layout, false);
}

function aboveOf({ above: lines }: Entry, blanks: string): string[] {
  return lines.map((line) => (line === '' ? '' : blanks + line));
}

/** A comment after the first line; none where it would be a part of the value or would be in the middle of a flow list. */
function commentOf({ node, comment: text }: Entry): string {
  return node.kind === 'flow' && node.lines !== undefined ? '' : text;
}

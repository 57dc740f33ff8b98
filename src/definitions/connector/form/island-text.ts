import type { Segment } from '../../problem.ts';
import { columnOf } from '../../edit/text-offsets.ts';
import type { YamlNode } from '../../edit/yaml-nodes.ts';
import { withLineFeeds } from './field-control.ts';

/** The YAML of a value as the text has it, without the indentation that its place gives it. Empty if the text does not have it. */
export function islandText(text: string, root: YamlNode | undefined, path: readonly Segment[]): string {
  const node = nodeAt(root, path);
  if (node === undefined) return '';
  const end = node.kind === 'scalar' && node.block !== undefined ? node.block.end : node.end;
  const column = isBlock(node) ? columnOf(text, node.start) : 0;
  const lines = withLineFeeds(text.slice(node.start, end)).split('\n');
  const indent = isBlock(node) ? column : indentOfRest(lines);
  return lines.map((line, index) => (index === 0 ? line : withoutIndent(line, indent))).join('\n');
}

function nodeAt(root: YamlNode | undefined, path: readonly Segment[]): YamlNode | undefined {
  return path.reduce<YamlNode | undefined>((node, segment) => {
    if (node?.kind === 'map') return node.pairs.find(({ key }) => key === segment)?.value;
    return node?.kind === 'seq' ? node.items[Number(segment)]?.value : undefined;
  }, root);
}

function isBlock(node: YamlNode): boolean {
  return node.kind !== 'scalar' && !node.isFlow;
}

/** The least indentation of the lines after the first one, less two columns, so that they stay below the first one. */
function indentOfRest(lines: readonly string[]): number {
  const columns = lines
    .slice(1)
    .flatMap((line) => (line.trim() === '' ? [] : [line.length - line.trimStart().length]));
  return Math.max(Math.min(...columns, Infinity) - 2, 0);
}

function withoutIndent(line: string, columns: number): string {
  const blanks = line.length - line.trimStart().length;
  return line.slice(Math.min(columns, blanks));
}

import type { Segment } from '../problem.ts';
import { addItem, addKey } from './entries/add-entry.ts';
import { joined, lineStyleOf } from './entries/entry-lines.ts';
import { newParents } from './intended-value.ts';
import { moveItem } from './entries/move-item.ts';
import { removeAll, removeEntry } from './entries/remove-entry.ts';
import { replaceValue, type ValuePlace } from './replace-value.ts';
import type { Splice } from './splices.ts';
import { columnOf, newlineOf } from './text-offsets.ts';
import { entryLines, isList, isScalar, type LineStyle } from './value-lines.ts';
import type { KeyOrder, PlainValue, YamlEdit } from './yaml-edit.ts';
import { yamlNodes, type Item, type Pair, type YamlNode } from './yaml-nodes.ts';

/** One value on the way from the root to the edited value. */
interface Step extends ValuePlace {
  /** Its position in its parent. */
  readonly index: number;
  readonly isUnusual: boolean;
}

/** The ways to make one edit, the most readable one first. The caller reads the result and takes the first that is right. */
export type Splicer = (edit: YamlEdit) => Splice[][];

/** Reads the text once, for any number of edits that start from it. */
export function splicerOf(text: string, keyOrder: KeyOrder): Splicer {
  const root = yamlNodes(text);
  const style = lineStyleOf(text, root);
  const styles = [style, { ...style, quoted: true }];
  return (edit) => {
    if (edit.kind === 'set') return styles.map((one) => setSplices(text, root, edit, keyOrder, one));
    if (root === undefined) return [];
    const steps = stepsTo(text, root, edit.path);
    const target = steps.at(-1);
    if (steps.length !== edit.path.length + 1 || target === undefined) return [];
    if (edit.kind === 'remove') {
      const removed = removeSplices(text, steps);
      return removed === undefined ? [] : [removed];
    }
    const { node } = target;
    if (node.kind !== 'seq') return [];
    if (edit.kind === 'move') return [moveItem(text, node, edit.from, edit.to)];
    return styles.map((one) => addItem(text, node, edit.index, edit.value, one));
  };
}

function setSplices(
  text: string,
  root: YamlNode | undefined,
  { path, value }: { readonly path: readonly Segment[]; readonly value: PlainValue },
  keyOrder: KeyOrder,
  style: LineStyle,
): Splice[] {
  const steps = root === undefined ? [] : stepsTo(text, root, path);
  const parent = steps.at(-1);
  if (parent === undefined || (steps.length === 1 && isEmpty(parent.node)))
    return newDocument(text, path, value, style);
  if (parent.isUnusual) return [];
  if (steps.length === path.length + 1)
    return steps.length === 1 ? [] : replaceValue(text, parent, value, style);
  const [segment, ...rest] = path.slice(steps.length - 1);
  const added = newParents(rest, value);
  if (segment === undefined || added === undefined) return [];
  const { node } = parent;
  if (isEmpty(node)) {
    const whole = newParents([segment, ...rest], value);
    return whole === undefined ? [] : replaceValue(text, parent, whole.value, style);
  }
  if (node.kind === 'map' && typeof segment === 'string') {
    const order = keyOrder(path.slice(0, steps.length - 1));
    return addKey(text, { map: node, isRoot: steps.length === 1, order }, segment, added.value, style);
  }
  if (node.kind === 'seq' && typeof segment === 'number')
    return addItem(text, node, segment, added.value, style);
  return [];
}

function isEmpty(node: YamlNode): boolean {
  return node.kind === 'scalar';
}

/** The text has no value: the first lines follow after its comments. */
function newDocument(text: string, path: readonly Segment[], value: PlainValue, style: LineStyle): Splice[] {
  const whole = newParents(path, value);
  if (whole === undefined || isScalar(whole.value) || isList(whole.value)) return [];
  const lines = Object.entries(whole.value).flatMap(([key, item]) => entryLines(key, item, 0, style));
  const newline = newlineOf(text);
  const isNewLine = /(?:^|[\r\n\uFEFF])$/.test(text);
  const at = text.length;
  return [{ start: at, end: at, text: (isNewLine ? '' : newline) + joined(text, lines) + newline }];
}

/** The values from the root to the path, as far as the text has them. */
function stepsTo(text: string, root: YamlNode, path: readonly Segment[]): Step[] {
  const steps: Step[] = [
    { node: root, column: 0, isInFlow: false, isItem: false, index: 0, isUnusual: false },
  ];
  for (const segment of path) {
    const parent = steps.at(-1);
    if (parent === undefined || parent.node.kind === 'scalar') break;
    const { node } = parent;
    const index = node.kind === 'map' ? node.pairs.findIndex(({ key }) => key === segment) : Number(segment);
    const entry: Pair | Item | undefined = node.kind === 'map' ? node.pairs[index] : node.items[index];
    if (entry === undefined) break;
    const isUnusual: boolean =
      parent.isUnusual || (node.kind === 'map' && node.pairs[index]?.isUnusual === true);
    const place = { column: columnOf(text, entry.start), isInFlow: node.isFlow, isItem: node.kind === 'seq' };
    steps.push({ node: entry.value, ...place, index, isUnusual });
  }
  return steps;
}

function removeSplices(text: string, steps: readonly Step[]): Splice[] | undefined {
  for (let depth = steps.length - 1; depth > 0; depth -= 1) {
    const [parent, child] = [steps[depth - 1]?.node, steps[depth]];
    if (parent === undefined || parent.kind === 'scalar' || child === undefined || child.isUnusual)
      return undefined;
    const count = parent.kind === 'map' ? parent.pairs.length : parent.items.length;
    if (count > 1) return removeEntry(text, parent, child.index, depth === 1);
  }
  const root = steps[0]?.node;
  return root === undefined ? undefined : removeAll(text, root);
}

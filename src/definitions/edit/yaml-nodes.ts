import {
  COLLECTION_STYLE,
  EVENT_ID,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type Event,
  type MappingEvent,
  type ScalarEvent,
  type SequenceEvent,
} from 'js-yaml';
import { CONNECTOR_YAML_DEPTH_MAX } from '../limits.ts';
import { afterBlanks, closingOf, endOfBlock, lineEndOf } from './text-offsets.ts';

/** Where a value begins: after the colon of its key or the dash of its item, and after its tag and anchor. */
interface Slot {
  readonly slot: number;
  /** Whether the value has a tag or an anchor. */
  readonly isMarked: boolean;
}

export interface ScalarNode extends Slot {
  readonly kind: 'scalar';
  readonly style: 'empty' | 'plain' | 'single' | 'double' | 'literal' | 'folded';
  /** Offsets of the scalar with its quotes; of a block text, of its header such as `|-`. */
  readonly start: number;
  readonly end: number;
  readonly block?: BlockText;
}

/** The lines of a `|` or `>` text. */
interface BlockText {
  /** The end of the last line, before its line break; the end of the header's line if the text has no line. */
  readonly end: number;
  /** The column that the lines start at; undefined if no line has a character. */
  readonly indent: number | undefined;
  readonly keepsBlankLines: boolean;
}

export interface MapNode extends Slot {
  readonly kind: 'map';
  readonly isFlow: boolean;
  readonly start: number;
  readonly end: number;
  readonly pairs: readonly Pair[];
}

export interface Pair {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly value: YamlNode;
  /** `? key`, or a key with a tag: its place cannot be edited. */
  readonly isUnusual: boolean;
}

export interface SeqNode extends Slot {
  readonly kind: 'seq';
  readonly isFlow: boolean;
  readonly start: number;
  readonly end: number;
  readonly items: readonly Item[];
}

export interface Item {
  /** The dash, or the item itself in a flow list. */
  readonly start: number;
  readonly end: number;
  readonly value: YamlNode;
}

export type YamlNode = ScalarNode | MapNode | SeqNode;

/**
 * The values of a text with their offsets. The text is one that `readYaml` accepts: one document without aliases.
 * @returns undefined if the text has no value
 */
export function yamlNodes(text: string): YamlNode | undefined {
  const events = parseEvents(text, { maxDepth: CONNECTOR_YAML_DEPTH_MAX });
  if (events.length === 0) return undefined;
  return new NodeReader(text, events).root();
}

class NodeReader {
  readonly #text: string;
  readonly #events: readonly Event[];
  #next = 1;

  constructor(text: string, events: readonly Event[]) {
    this.#text = text;
    this.#events = events;
  }

  root(): YamlNode {
    const [document] = this.#events;
    const isExplicit = document?.type === EVENT_ID.DOCUMENT && document.explicitStart;
    const marker = isExplicit ? this.#text.search(/^\uFEFF?---/m) : -1;
    const byteOrderMark = this.#text.startsWith('\uFEFF') ? 1 : 0;
    return this.#node(marker === -1 ? byteOrderMark : this.#text.indexOf('---', marker) + 3);
  }

  /** @param after offset after which the value and its tag may begin */
  #node(after: number): YamlNode {
    const event = this.#events[this.#next];
    this.#next += 1;
    if (event?.type === EVENT_ID.MAPPING) return this.#map(event, slotOf(event, after));
    if (event?.type === EVENT_ID.SEQUENCE) return this.#seq(event, slotOf(event, after));
    if (event?.type === EVENT_ID.SCALAR) return this.#scalar(event, slotOf(event, after));
    return { kind: 'scalar', style: 'empty', start: after, end: after, slot: after, isMarked: true };
  }

  #scalar(event: ScalarEvent, slot: Slot): ScalarNode {
    const { valueStart, valueEnd } = event;
    const style = styleOf(event);
    if (style === 'empty') return { kind: 'scalar', style, start: slot.slot, end: slot.slot, ...slot };
    if (style === 'literal' || style === 'folded') {
      const start = afterBlanks(this.#text, slot.slot, { comments: true });
      const [header = '|'] = /^[|>][-+0-9]*/.exec(this.#text.slice(start, start + 4)) ?? [];
      const keepsBlankLines = header.includes('+');
      const indent = event.indent < 0 ? undefined : event.indent;
      const last = endOfBlock(this.#text, valueEnd, keepsBlankLines ? -1 : (indent ?? Infinity));
      const block = { end: Math.max(last, lineEndOf(this.#text, start)), indent, keepsBlankLines };
      return { kind: 'scalar', style, start, end: start + header.length, block, ...slot };
    }
    const quote = style === 'plain' ? 0 : 1;
    return { kind: 'scalar', style, start: valueStart - quote, end: valueEnd + quote, ...slot };
  }

  #map(event: MappingEvent, slot: Slot): MapNode {
    const isFlow = event.style === COLLECTION_STYLE.FLOW;
    const pairs: Pair[] = [];
    let at = isFlow ? event.start + 1 : event.start;
    while (!this.#pop()) {
      const pair = this.#pair(at);
      pairs.push(pair);
      at = Math.max(pair.end, at);
    }
    const end = this.#endOf(isFlow, at);
    return { kind: 'map', isFlow, start: event.start, end, pairs, ...slot };
  }

  #pair(after: number): Pair {
    const event = this.#events[this.#next];
    const key = this.#node(after);
    const start = key.kind === 'scalar' && key.style === 'empty' ? after : key.start;
    const colon = afterBlanks(this.#text, Math.max(key.end, start), { comments: true });
    const hasColon = this.#text[colon] === ':';
    const value = this.#node(hasColon ? colon + 1 : Math.max(key.end, start));
    const before = this.#text.slice(after, start);
    const isUnusual =
      !hasColon || key.isMarked || key.kind !== 'scalar' || /\?[ \t\r\n]/.test(withoutComments(before));
    const name = event?.type === EVENT_ID.SCALAR ? getScalarValue(this.#text, event) : '';
    return { key: name, start, end: endOfValue(value), value, isUnusual };
  }

  #seq(event: SequenceEvent, slot: Slot): SeqNode {
    const isFlow = event.style === COLLECTION_STYLE.FLOW;
    const items: Item[] = [];
    let at = isFlow ? event.start + 1 : event.start;
    while (!this.#pop()) {
      const found = afterBlanks(this.#text, at, { comments: true, commas: isFlow });
      const value = this.#node(isFlow ? found : found + 1);
      const item = { start: isFlow ? Math.min(found, value.start) : found, end: endOfValue(value), value };
      items.push(item);
      at = Math.max(item.end, at);
    }
    return { kind: 'seq', isFlow, start: event.start, end: this.#endOf(isFlow, at), items, ...slot };
  }

  #endOf(isFlow: boolean, afterLast: number): number {
    return isFlow ? closingOf(this.#text, afterLast) : afterLast;
  }

  /** Steps over the end of a collection, if the next event is one. */
  #pop(): boolean {
    const event = this.#events[this.#next];
    if (event !== undefined && event.type !== EVENT_ID.POP) return false;
    this.#next += 1;
    return true;
  }
}

/** The end of a value with its block text. */
function endOfValue(node: YamlNode): number {
  return node.kind === 'scalar' && node.block !== undefined ? node.block.end : node.end;
}

function slotOf(event: ScalarEvent | MappingEvent | SequenceEvent, after: number): Slot {
  const isMarked = event.anchorStart !== -1 || event.tagStart !== -1;
  return { slot: Math.max(after, event.anchorEnd, event.tagEnd), isMarked };
}

function styleOf({ style, valueStart }: ScalarEvent): ScalarNode['style'] {
  if (valueStart === -1) return 'empty';
  if (style === SCALAR_STYLE.SINGLE_QUOTED) return 'single';
  if (style === SCALAR_STYLE.DOUBLE_QUOTED) return 'double';
  if (style === SCALAR_STYLE.LITERAL_BLOCK) return 'literal';
  return style === SCALAR_STYLE.FOLDED_BLOCK ? 'folded' : 'plain';
}

function withoutComments(text: string): string {
  return text.replaceAll(/#[^\r\n]*/g, '');
}

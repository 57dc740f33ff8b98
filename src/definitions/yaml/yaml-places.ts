import { EVENT_ID, SCALAR_STYLE, type Event } from 'js-yaml';
import { displayPath, type FieldFinding, type Segment } from '../problem.ts';
import { TextLines, type Place } from './text-lines.ts';

/** A problem at an offset of the text. */
export interface RawProblem extends Pick<FieldFinding, 'code' | 'path' | 'message' | 'fix'> {
  readonly offset: number;
}

/** The start of one value, with the places of its children by their segment of the path. */
export interface Anchor {
  /** Offset of the key, or of the item of a list. */
  readonly start: number;
  /** Offset of the first line of a block text (`|` or `>`). */
  readonly block?: number;
  readonly children: Map<string, Anchor>;
}

const PATH_PART = /\["(?:[^"\\]|\\.)*"\]|\[\d+\]|[^.[\]]+/g;

/** The places of the values of a YAML text. They form a tree, because the paths of deep values are far longer than the text. */
export class YamlPlaces {
  readonly root: Anchor = { start: 0, children: new Map() };
  readonly #lines: TextLines;

  constructor(text: string) {
    this.#lines = new TextLines(text);
  }

  add(parent: Anchor, segment: Segment, place: Pick<Anchor, 'start' | 'block'>): Anchor {
    const anchor = { ...place, children: new Map<string, Anchor>() };
    parent.children.set(displayPath([segment]), anchor);
    return anchor;
  }

  at(offset: number): Place {
    return this.#lines.at(offset);
  }

  /** The place of a path; if the path is not in the text, the place of its nearest parent. */
  of(path: string, lineInText?: number): Place {
    let anchor = this.root;
    let isWhole = true;
    for (const part of path.match(PATH_PART) ?? []) {
      const child = anchor.children.get(part);
      isWhole = child !== undefined;
      if (child === undefined) break;
      anchor = child;
    }
    if (anchor === this.root) return { line: 1, column: 1 };
    if (!isWhole || lineInText === undefined || anchor.block === undefined) return this.at(anchor.start);
    return { line: this.at(anchor.block).line + lineInText - 1, column: 1 };
  }
}

/** The start of a scalar or a collection; -1 for another event. */
export function startOf(event: Event): number {
  if (event.type === EVENT_ID.SCALAR) {
    const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    return quoted ? event.valueStart - 1 : event.valueStart;
  }
  return event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE ? event.start : -1;
}

import { PATH_STEPS_MAX } from '../limits.ts';

/** What a path does with a value that is not an object whose key it names. */
export type PathStep =
  /** `[0]`, `[-1]`: one element of a list. */
  | { readonly kind: 'index'; readonly index: number; readonly then: FieldPath }
  /** `[]`: each element of a list. */
  | { readonly kind: 'each'; readonly then: FieldPath }
  /** `[type=user]`: each element of a list whose member equals the text. */
  | { readonly kind: 'match'; readonly member: FieldPath; readonly text: string; readonly then: FieldPath }
  /** `*`: each value of an object or a list. */
  | { readonly kind: 'values'; readonly then: FieldPath };

/**
 * A parsed path, or the rest of one. A key may itself contain dots and brackets, so a path has a continuation for every key
 * with which it can begin; of several that lead to a value, the longest key counts.
 */
export interface FieldPath {
  /** The path ends here: the value itself is meant. */
  readonly ends: boolean;
  readonly keys: ReadonlyMap<string, FieldPath>;
  readonly step: PathStep | undefined;
  /** The path has `[]`, `[name=text]` or `*`, so it leads to a list of values. */
  readonly many: boolean;
}

/** A place where a key can end. */
interface Boundary {
  readonly end: number;
  /** Where the rest of the path begins. */
  readonly next: number;
}

interface Bracket {
  /** Where the rest of the path begins. */
  readonly next: number;
  readonly toStep: (then: FieldPath) => PathStep;
}

/** Each character is looked at once or twice: a name in brackets has no bracket inside. */
const BRACKET = /\[(?:(?<index>-?\d{1,9})?|(?<member>[^[\]=]+)=(?<text>[^[\]]*))\](?=[.[]|$)/y;
const VALUES = /\*(?=[.[]|$)/y;

/**
 * Parses a path such as `data[-1].id` or `permissions[type=user].emailAddress`. Every text is a path: brackets of any other form
 * belong to a key, and after `PATH_STEPS_MAX` steps the rest of the text is one key.
 */
export function parsePath(text: string): FieldPath {
  return new PathParser(text).at(0);
}

/** Removes the root of a path in JSONPath notation, such as `$.meta.next` or `$[0].id`. */
export function withoutRoot(path: string): string {
  return path === '$' ? '' : path.replace(/^\$(?:\.|(?=\[))/, '');
}

class PathParser {
  readonly #text: string;
  readonly #brackets = new Map<number, Bracket>();
  readonly #boundaries: Boundary[] = [];
  readonly #known = new Map<number, FieldPath>();

  constructor(text: string) {
    this.#text = text;
    for (let at = 0; at < text.length && this.#boundaries.length < PATH_STEPS_MAX; at++) {
      const bracket = text[at] === '[' ? this.#bracketAt(at) : undefined;
      if (bracket !== undefined) {
        this.#brackets.set(at, bracket);
        this.#boundaries.push({ end: at, next: at });
        at = text.indexOf(']', at);
      } else if (text[at] === '.') {
        this.#boundaries.push({ end: at, next: at + 1 });
      }
    }
    this.#boundaries.push({ end: text.length, next: text.length });
  }

  /** The path that begins at an offset. */
  at(start: number): FieldPath {
    const known = this.#known.get(start);
    if (known !== undefined) return known;
    const path = this.#parse(start);
    this.#known.set(start, path);
    return path;
  }

  #parse(start: number): FieldPath {
    if (start >= this.#text.length) return { ends: true, keys: new Map(), step: undefined, many: false };
    const step = this.#stepAt(start);
    const keys = new Map<string, FieldPath>();
    if (step?.kind !== 'values') {
      for (const { end, next } of this.#boundaries) {
        if (end > start) keys.set(this.#text.slice(start, end), this.at(next));
      }
    }
    const isMany = step !== undefined && (step.kind !== 'index' || step.then.many);
    return { ends: false, keys, step, many: isMany || [...keys.values()].some(({ many }) => many) };
  }

  #stepAt(start: number): PathStep | undefined {
    VALUES.lastIndex = start;
    if (VALUES.test(this.#text)) return { kind: 'values', then: this.at(this.#afterDot(start + 1)) };
    const bracket = this.#brackets.get(start);
    return bracket?.toStep(this.at(bracket.next));
  }

  #bracketAt(start: number): Bracket | undefined {
    BRACKET.lastIndex = start;
    const groups = BRACKET.exec(this.#text)?.groups;
    if (groups === undefined) return undefined;
    const { index, member, text = '' } = groups;
    const next = this.#afterDot(BRACKET.lastIndex);
    if (member !== undefined) {
      const path = parsePath(member);
      return { next, toStep: (then) => ({ kind: 'match', member: path, text, then }) };
    }
    if (index === undefined) return { next, toStep: (then) => ({ kind: 'each', then }) };
    return { next, toStep: (then) => ({ kind: 'index', index: Number(index), then }) };
  }

  #afterDot(at: number): number {
    return this.#text[at] === '.' ? at + 1 : at;
  }
}

import type { FieldPath, PathStep } from '../core/text/field-path.ts';
import { elementAt, plainText, valueAtPath } from './path.ts';
import { eachMember, elements, isArray, isObject, type Span } from './scan.ts';

/** What a path passed on its way to a value. */
export interface Origin {
  /** The key of the member that the last `*` selected; for a list, the index as text. */
  readonly key: string | undefined;
  /** The innermost element of a list, or value of `*`, that contains the value. */
  readonly parent: Span | undefined;
}

/** How many values a path can lead to: `many` may be none, such as the elements of an empty list. */
export type Reached = 'nothing' | 'one' | 'many';

interface Visitor {
  readonly visit: (value: Span, origin: Origin) => void;
  readonly lacks: () => void;
}

interface Place extends Span {
  readonly origin: Origin;
}

const AT_ROOT: Origin = { key: undefined, parent: undefined };
const LETTER_N = 0x6e;

/**
 * Visits all values that a path leads to, in their order. `[]` and `*` reach `many` if the list is empty or one of its elements has
 * what follows; `[type=user]` also if an element has the member `type`, whatever its value. So `nothing` means that a name in the
 * path does not fit the value.
 * @param value the location of a value, in text that was checked
 * @param lacks is called for each element or value in which the rest of the path leads to nothing
 */
export function eachAtPath(
  bytes: Buffer,
  value: Span,
  path: FieldPath,
  visit: (value: Span, origin: Origin) => void,
  lacks: () => void = () => undefined,
): Reached {
  return reach(bytes, { ...value, origin: AT_ROOT }, path, { visit, lacks });
}

function reach(bytes: Buffer, place: Place, path: FieldPath, visitor: Visitor): Reached {
  if (path.ends) {
    visitor.visit(place, place.origin);
    return 'one';
  }
  const isList = isArray(bytes, place.start);
  if (!isList && !isObject(bytes, place.start)) return 'nothing';
  if (path.step?.kind === 'values')
    return reachEach(bytes, valuesOf(bytes, place, path.step.then), path.step, visitor);
  if (!isList) return reachMember(bytes, place, path, visitor);
  return path.step === undefined ? 'nothing' : reachElements(bytes, place, path.step, visitor);
}

/** Follows the longest key that leads to something. */
function reachMember(
  bytes: Buffer,
  { start, origin }: Place,
  { keys }: FieldPath,
  visitor: Visitor,
): Reached {
  const found = new Map<string, Span>();
  eachMember(bytes, start, (key, from, end) => {
    if (keys.has(key)) found.set(key, { start: from, end });
  });
  const longestFirst = [...found].sort(([one], [other]) => other.length - one.length);
  for (const [key, value] of longestFirst) {
    const rest = keys.get(key);
    const reached = rest === undefined ? 'nothing' : reach(bytes, { ...value, origin }, rest, visitor);
    if (reached !== 'nothing') return reached;
  }
  return 'nothing';
}

function reachElements(bytes: Buffer, place: Place, step: PathStep, visitor: Visitor): Reached {
  const { start, origin } = place;
  if (step.kind === 'index') {
    const element = elementAt(bytes, start, step.index);
    return element === undefined ? 'nothing' : reach(bytes, { ...element, origin }, step.then, visitor);
  }
  return reachEach(bytes, elementsOf(bytes, place, step.then), step, visitor);
}

function reachEach(bytes: Buffer, places: Iterable<Place>, step: PathStep, visitor: Visitor): Reached {
  let isEmpty = true;
  let isReached = false;
  for (const place of places) {
    isEmpty = false;
    const selected = step.kind === 'match' ? isSelected(bytes, place, step) : true;
    const fits =
      selected === true ? reach(bytes, place, step.then, visitor) !== 'nothing' : selected === false;
    if (!fits) visitor.lacks();
    isReached ||= fits;
  }
  return isEmpty || isReached ? 'many' : 'nothing';
}

/** @returns undefined if the element does not have the member */
function isSelected(
  bytes: Buffer,
  { start }: Span,
  { member, text }: Extract<PathStep, { kind: 'match' }>,
): boolean | undefined {
  const value = valueAtPath(bytes, start, member);
  return value && plainText(bytes, value) === text;
}

function* elementsOf(bytes: Buffer, { start, origin }: Place, then: FieldPath): Generator<Place> {
  for (const element of elements(bytes, start)) {
    yield { ...element, origin: then.ends ? origin : { key: origin.key, parent: element } };
  }
}

/** Some databases (Firebase) return a map with the keys 0, 2, 3 as a list that has null in the place of 1. */
function valuesOf(bytes: Buffer, { start, origin: { parent } }: Place, then: FieldPath): Place[] {
  const places: Place[] = [];
  const add = (key: string, value: Span): void => {
    places.push({ ...value, origin: { key, parent: then.ends ? parent : value } });
  };
  if (isArray(bytes, start)) {
    let index = 0;
    for (const element of elements(bytes, start)) {
      if (bytes[element.start] !== LETTER_N) add(String(index), element);
      index++;
    }
  } else {
    eachMember(bytes, start, (key, from, end) => {
      add(key, { start: from, end });
    });
  }
  return places;
}

import type { Segment } from '../problem.ts';
import type { PlainValue, YamlEdit } from './yaml-edit.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** The value that an edit asks for; undefined if the edit does not fit the value. */
export function intendedValue(value: unknown, edit: YamlEdit): { readonly value: unknown } | undefined {
  switch (edit.kind) {
    case 'set':
      return withValue(value, edit.path, edit.value);
    case 'remove':
      return withoutValue(value, edit.path);
    case 'insert':
      return atPath(value, edit.path, (list) => {
        if (!Array.isArray(list) || edit.index < 0 || edit.index > list.length) return undefined;
        return { value: list.toSpliced(edit.index, 0, edit.value) };
      });
    case 'move':
      return atPath(value, edit.path, (list) => {
        if (!Array.isArray(list) || !has(list, edit.from) || !has(list, edit.to)) return undefined;
        const moved: unknown = list[edit.from];
        return { value: list.toSpliced(edit.from, 1).toSpliced(edit.to, 0, moved) };
      });
  }
}

/** The value at a path; undefined if a part of it is missing. */
export function valueIn(value: unknown, path: readonly Segment[]): unknown {
  return path.reduce<unknown>(
    (at, segment) => (has(at, segment) ? Reflect.get(at, segment) : undefined),
    value,
  );
}

/** Whether a mapping has this key of its own, or a list this index. */
export function has(value: unknown, segment: Segment): value is object {
  if (Array.isArray(value)) return typeof segment === 'number' && segment >= 0 && segment < value.length;
  return isMapping(value) && typeof segment === 'string' && Object.hasOwn(value, segment);
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Outcome = { readonly value: unknown } | undefined;

function atPath(value: unknown, path: readonly Segment[], change: (value: unknown) => Outcome): Outcome {
  const [segment, ...rest] = path;
  if (segment === undefined) return change(value);
  if (!has(value, segment)) return undefined;
  const child = atPath(Reflect.get(value, segment), rest, change);
  return child === undefined ? undefined : { value: replaced(value, segment, child.value) };
}

function withValue(value: unknown, path: readonly Segment[], wanted: PlainValue): Outcome {
  const [segment, ...rest] = path;
  if (segment === undefined) return { value: wanted };
  if (has(value, segment)) {
    const child = withValue(Reflect.get(value, segment), rest, wanted);
    return child === undefined ? undefined : { value: replaced(value, segment, child.value) };
  }
  const missing = newParents(rest, wanted);
  if (missing === undefined) return undefined;
  if (typeof segment === 'string') {
    if (value === null || value === undefined)
      return { value: Object.fromEntries([[segment, missing.value]]) };
    return isMapping(value) ? { value: replaced(value, segment, missing.value) } : undefined;
  }
  const list = value ?? [];
  if (!Array.isArray(list) || segment !== list.length) return undefined;
  return { value: [...(list as readonly unknown[]), missing.value] };
}

/** The value of a key that is added, with the parents that are missing below it. */
export function newParents(
  path: readonly Segment[],
  value: PlainValue,
): { readonly value: PlainValue } | undefined {
  let made = value;
  for (const segment of [...path].reverse()) {
    if (typeof segment === 'number' && segment !== 0) return undefined;
    made = typeof segment === 'number' ? [made] : Object.fromEntries([[segment, made]]);
  }
  return { value: made };
}

function withoutValue(value: unknown, path: readonly Segment[]): Outcome {
  const [segment, ...rest] = path;
  if (segment === undefined) return { value: undefined };
  if (!has(value, segment)) return { value };
  const child = withoutValue(Reflect.get(value, segment), rest);
  if (child === undefined) return undefined;
  if (child.value !== undefined) return { value: replaced(value, segment, child.value) };
  if (Array.isArray(value)) {
    const left = (value as readonly unknown[]).filter((_, index) => index !== segment);
    return { value: left.length === 0 ? undefined : left };
  }
  const left = Object.entries(value).filter(([key]) => key !== segment);
  return { value: left.length === 0 ? undefined : Object.fromEntries(left) };
}

function replaced(parent: object, segment: Segment, value: unknown): unknown {
  if (Array.isArray(parent)) return (parent as readonly unknown[]).with(Number(segment), value);
  return Object.fromEntries([...Object.entries(parent), [String(segment), value]]);
}

import type { Segment } from '../problem.ts';

/** A value that YAML and JSON can both express. */
export type PlainValue =
  null | boolean | number | string | readonly PlainValue[] | { readonly [key: string]: PlainValue };

/** One change to the text of a definition. */
export type YamlEdit =
  /** Replaces the value at a path, or adds it; missing parents are added. */
  | { readonly kind: 'set'; readonly path: readonly Segment[]; readonly value: PlainValue }
  /** Removes a key or an item, and every parent that it leaves empty. */
  | { readonly kind: 'remove'; readonly path: readonly Segment[] }
  /** Adds an item to a list before the item at `index`; at the end if `index` is the length. */
  | {
      readonly kind: 'insert';
      readonly path: readonly Segment[];
      readonly index: number;
      readonly value: PlainValue;
    }
  | {
      readonly kind: 'move';
      readonly path: readonly Segment[];
      readonly from: number;
      readonly to: number;
    };

/** The edited text, or why the text cannot be edited without damage. */
export type YamlEdited =
  | { readonly text: string }
  | { readonly refusal: { readonly line: number; readonly message: string; readonly fix: string } };

/** The order of the keys of a mapping, for a key that is added; empty if none is known. */
export type KeyOrder = (path: readonly Segment[]) => readonly string[];

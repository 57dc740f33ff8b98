import type { SchemaNode } from '../../schema/schema-document.ts';

/** What the conditions of a schema add for one value: the branches whose `if` it matches. */
export interface Conditions {
  /** Whether the branches forbid this key. */
  forbids(key: string): boolean;
  requires(key: string): boolean;
  /** The choices that the branches leave for a key; undefined if they do not limit it. */
  choicesOf(key: string): readonly unknown[] | undefined;
  /** The branches for the value of a key. */
  below(key: string): readonly SchemaNode[];
}

/**
 * @param branches of the parent that apply to this value
 * @param node the schema of the value
 */
export function conditionsOf(
  node: SchemaNode,
  value: unknown,
  branches: readonly SchemaNode[] = [],
): Conditions {
  const applied = [
    ...branches,
    ...matching(node, value),
    ...branches.flatMap((branch) => matching(branch, value)),
  ];
  const properties = applied.map((branch) => branch.properties ?? {});
  const of = (key: string) =>
    properties.flatMap((known): unknown[] => (Object.hasOwn(known, key) ? [known[key]] : []));
  return {
    forbids: (key) => of(key).includes(false),
    requires: (key) => applied.some(({ required = [] }) => required.includes(key)),
    choicesOf: (key) => {
      const lists = of(key).flatMap((schema) =>
        isNode(schema) && Array.isArray(schema.enum) ? [schema.enum] : [],
      );
      const [first, ...others] = lists;
      return first?.filter((choice) => others.every((list) => list.includes(choice)));
    },
    below: (key) => of(key).filter(isNode),
  };
}

function matching(node: SchemaNode, value: unknown): SchemaNode[] {
  const all = node['allOf'];
  if (!Array.isArray(all)) return [];
  return (all as readonly unknown[]).flatMap((entry): SchemaNode[] => {
    if (!isNode(entry)) return [];
    const [condition, then] = [entry['if'], entry['then']];
    return isNode(condition) && isNode(then) && fits(condition, value) ? [then] : [];
  });
}

/** Whether a value matches a condition. The schema's conditions use only these keywords; a test checks that. */
function fits(condition: SchemaNode, value: unknown): boolean {
  const properties = Object.entries(condition.properties ?? {});
  const isPresent = (condition.required ?? []).every((key) => ownValue(value, key) !== undefined);
  return (
    isPresent &&
    properties.every(([key, schema]) => {
      const own = ownValue(value, key);
      if (own === undefined) return true;
      if (Array.isArray(schema.enum)) return schema.enum.includes(own);
      return schema.const === own;
    })
  );
}

function ownValue(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}

function isNode(value: unknown): value is SchemaNode {
  return typeof value === 'object' && value !== null;
}

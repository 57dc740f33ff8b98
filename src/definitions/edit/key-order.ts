import type { Segment } from '../problem.ts';
import type { SchemaDocument } from '../schema/schema-document.ts';
import type { KeyOrder } from './yaml-edit.ts';

/** The order of the keys in a schema. */
export function keyOrderOf(document: SchemaDocument): KeyOrder {
  const byParent = new Map<string, string[]>([['', Object.keys(document.root.properties ?? {})]]);
  for (const { path, schema } of document.properties) {
    if (schema.properties !== undefined) byParent.set(path, Object.keys(schema.properties));
  }
  return (path) => byParent.get(schemaPath(path)) ?? [];
}

/** `spec.collections[]` for an item of a list, as `SchemaDocument` names it. */
function schemaPath(path: readonly Segment[]): string {
  return path.reduce<string>((at, segment) => {
    if (typeof segment === 'number') return `${at}[]`;
    return at === '' ? segment : `${at}.${segment}`;
  }, '');
}

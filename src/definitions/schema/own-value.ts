import { sample } from './value-words.ts';
import type { SchemaNode } from './schema-document.ts';

/** Fields that are names: the value of the user, in the allowed characters, is most likely correct for them. */
const NAMES = new Set([
  'metadata.name',
  'spec.gemini.projectId',
  'spec.gemini.location',
  'spec.gemini.dataStoreId',
]);

/**
 * The fix for a value that does not match its pattern: the corrected value itself, or otherwise an example that is marked as one.
 * A copied example would be another connector's name or bucket.
 * @param path of the field
 * @param name as it is written in the file
 */
export function patternFix(path: string, name: string, value: unknown, schema: SchemaNode): string {
  const own = typeof value === 'string' ? ownValue(path, value) : undefined;
  const { pattern } = schema;
  const matches = own !== undefined && typeof pattern === 'string' && new RegExp(pattern, 'u').test(own);
  return matches ? `${name}: ${own}` : exampleFix(name, schema);
}

/** The choices of the schema, or its example, marked as an example. */
export function exampleFix(name: string, schema: SchemaNode): string {
  return `${schema.examples?.[0] === undefined ? '' : 'for example '}${name}: ${sample(schema)}`;
}

function ownValue(path: string, value: string): string | undefined {
  if (path === 'spec.output.bucket') return `gs://${value.replace(/^[A-Za-z0-9+.-]*:\/*/, '').toLowerCase()}`;
  if (!NAMES.has(path)) return undefined;
  return value
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

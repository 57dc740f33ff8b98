/**
 * Makes docs/connector-field-reference.md from schemas/connector.schema.json.
 */
import {
  connectorSchema,
  schemaProperties,
  type SchemaNode,
  type SchemaProperty,
} from '../src/definitions/schema-document.ts';
import { markdownTable, type GeneratedPage } from './generated-page.ts';

const properties = schemaProperties();
const schemas = new Map(properties.map(({ path, schema }) => [path, schema]));

const parentOf = (path: string) => path.slice(0, Math.max(path.lastIndexOf('.'), 0));
const nameOf = (path: string) => path.slice(path.lastIndexOf('.') + 1);

function rowOf({ path, schema }: SchemaProperty): string[] {
  const parent = schemas.get(parentOf(path)) ?? connectorSchema();
  const needed = parent.required?.includes(nameOf(path)) === true ? 'yes' : '';
  return [`\`${nameOf(path)}\``, needed, valueOf(schema), schema.description ?? ''];
}

function valueOf(node: SchemaNode): string {
  if (node.const !== undefined) return `\`${exampleText(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${exampleText(value)}\``).join(', ');
  const [example] = node.examples ?? [];
  const type = typeof node.type === 'string' ? node.type : (node.type?.join(' or ') ?? 'see text');
  const words = example === undefined ? type : `${type}, such as \`${exampleText(example)}\``;
  return words + rangeOf(node);
}

function exampleText(example: unknown): string {
  return typeof example === 'string' ? example.replaceAll('\n', ' ') : JSON.stringify(example);
}

function rangeOf({ minimum, maximum }: SchemaNode): string {
  if (minimum === undefined && maximum === undefined) return '';
  if (maximum === undefined) return `, ${minimum ?? ''} or more`;
  return `, ${minimum ?? 'up'} to ${maximum.toLocaleString('en-US')}`;
}

/** A table for the file, and one for each object in it. */
const sections = [
  '',
  ...properties.filter(({ schema }) => schema.properties !== undefined).map(({ path }) => path),
]
  .map((path) => ({
    path,
    rows: properties.filter((property) => parentOf(property.path) === path).map(rowOf),
  }))
  .filter(({ rows }) => rows.length > 0)
  .map(({ path, rows }) =>
    [
      `## ${path === '' ? 'The file' : `\`${path}\``}`,
      schemas.get(path)?.description ?? '',
      markdownTable(['field', 'needed', 'value', 'meaning'], rows),
    ].join('\n\n'),
  );

export function fieldReference(): Promise<GeneratedPage[]> {
  const content = `# Every field of a connector

<!-- Generated from schemas/connector.schema.json by \`npm run generate\`. Change it there. -->

A field that is not here is refused. Which fields a mode needs, and which go together, \`validate\` says with the line of
the file; [connector-authoring.md](connector-authoring.md) says where to begin.

${sections.join('\n\n')}
`;
  return Promise.resolve([{ path: 'docs/connector-field-reference.md', content }]);
}

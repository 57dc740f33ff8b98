/**
 * Makes the reference of the fields of each kind of definition from its schema.
 */
import { appDocument } from '../../src/definitions/app/schema-document.ts';
import { connectorDocument } from '../../src/definitions/connector/schema/schema-document.ts';
import { knowledgeSourceDocument } from '../../src/definitions/knowledge-source/schema-document.ts';
import type {
  SchemaDocument,
  SchemaNode,
  SchemaProperty,
} from '../../src/definitions/schema/schema-document.ts';
import { markdownTable, type GeneratedPage } from './generated-page.ts';

interface Reference {
  readonly document: SchemaDocument;
  /** The schema's file, below `schemas`. */
  readonly schema: string;
  readonly page: string;
  readonly title: string;
  readonly introduction: string;
}

const REFERENCES: readonly Reference[] = [
  {
    document: connectorDocument,
    schema: 'connector.schema.json',
    page: 'docs/connector-field-reference.md',
    title: 'Every field of a connector',
    introduction: `A field that is not here is refused. Which fields a mode needs, and which go together, \`validate\` says with the line of
the file; [connector-authoring.md](connector-authoring.md) says where to begin.`,
  },
  {
    document: knowledgeSourceDocument,
    schema: 'knowledge-source.schema.json',
    page: 'docs/knowledge-source-field-reference.md',
    title: 'Every field of a knowledge source',
    introduction: `A field that is not here is refused. \`validate\` reports every problem with the line of the file.
[examples/knowledge-source.yaml](../examples/knowledge-source.yaml) is a complete file. The keys of \`spec.config\` are those
of the column \`kb_sources.config\`; null means the same as a missing key there.`,
  },
  {
    document: appDocument,
    schema: 'app.schema.json',
    page: 'docs/app-field-reference.md',
    title: 'Every field of an app',
    introduction: `A field that is not here is refused. \`validate\` reports every problem with the line of the file, and
\`validate --explain FILE\` prints an app with its preset filled in. [examples/app-products.yaml](../examples/app-products.yaml)
is a complete file without a preset.`,
  },
];

const parentOf = (path: string) => path.slice(0, Math.max(path.lastIndexOf('.'), 0));
const nameOf = (path: string) => path.slice(path.lastIndexOf('.') + 1);
/** The items of a list have no name of their own; their keys are in a table below the list. */
const isItem = (path: string) => path.endsWith('[]');

function rowOf({ path, schema }: SchemaProperty, document: SchemaDocument): string[] {
  const parent = document.at(parentOf(path)) ?? document.root;
  const needed = parent.required?.includes(nameOf(path)) === true ? 'yes' : '';
  return [`\`${nameOf(path)}\``, needed, valueOf(schema), schema.description ?? ''];
}

function valueOf(node: SchemaNode): string {
  if (node.const !== undefined) return `\`${exampleText(node.const)}\``;
  if (node.enum !== undefined)
    return node.enum
      .filter((value) => value !== null)
      .map((value) => `\`${exampleText(value)}\``)
      .join(', ');
  const [example] = node.examples ?? [];
  const types = [node.type ?? []].flat().filter((type) => type !== 'null');
  const type = types.length === 0 ? 'see text' : types.join(' or ');
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
function sectionsOf(document: SchemaDocument): string[] {
  const { properties } = document;
  return ['', ...properties.filter(({ schema }) => schema.properties !== undefined).map(({ path }) => path)]
    .map((path) => ({
      path,
      rows: properties
        .filter((property) => parentOf(property.path) === path && !isItem(property.path))
        .map((property) => rowOf(property, document)),
    }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ path, rows }) =>
      [
        `## ${path === '' ? 'The file' : `\`${path}\``}`,
        document.at(path)?.description ?? '',
        markdownTable(['field', 'needed', 'value', 'meaning'], rows),
      ].join('\n\n'),
    );
}

export function fieldReference(): Promise<GeneratedPage[]> {
  const pages = REFERENCES.map(({ document, schema, page, title, introduction }) => ({
    path: page,
    content: `# ${title}

<!-- Generated from schemas/${schema} by \`npm run generate\`. Change it there. -->

${introduction}

${sectionsOf(document).join('\n\n')}
`,
  }));
  return Promise.resolve(pages);
}

import { readFileSync } from 'node:fs';
import { packageFile } from '../core/package-file.ts';

/** The part of JSON Schema that `schemas/connector.schema.json` uses and this program reads. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly required?: readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly [keyword: string]: unknown;
}

const SCHEMA_FILE = packageFile('schemas/connector.schema.json');

let loaded: SchemaNode | undefined;

export function connectorSchema(): SchemaNode {
  loaded ??= JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as SchemaNode;
  return loaded;
}

export interface SchemaProperty {
  /** `spec.source.query` */
  readonly path: string;
  /** Merged with the target of its `$ref`; its own keywords take precedence. */
  readonly schema: SchemaNode;
}

let listed: readonly SchemaProperty[] | undefined;
let byPath: ReadonlyMap<string, SchemaNode> | undefined;

/** Every property that a connector may have, parents before children, in the schema's order. */
export function schemaProperties(): readonly SchemaProperty[] {
  listed ??= propertiesOf(connectorSchema());
  return listed;
}

/** The schema of a property; undefined for an unknown path. */
export function schemaAt(path: string): SchemaNode | undefined {
  byPath ??= new Map(schemaProperties().map((property) => [property.path, property.schema]));
  return byPath.get(path);
}

function propertiesOf(root: SchemaNode): SchemaProperty[] {
  const definitions = root.$defs ?? {};
  const below = (node: SchemaNode, parent: string): SchemaProperty[] =>
    Object.entries(node.properties ?? {}).flatMap(([name, property]) => {
      const path = parent === '' ? name : `${parent}.${name}`;
      const schema = resolve(property, definitions);
      return [{ path, schema }, ...below(schema, path)];
    });
  return below(root, '');
}

function resolve(node: SchemaNode, definitions: Readonly<Record<string, SchemaNode>>): SchemaNode {
  const target = node.$ref === undefined ? undefined : definitions[node.$ref.replace('#/$defs/', '')];
  return target === undefined ? node : { ...target, ...node };
}

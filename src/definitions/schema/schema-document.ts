import { readFileSync } from 'node:fs';
import { packageFile } from '../../core/package-file.ts';

/** The part of JSON Schema that the schemas of definitions use and this program reads. */
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
  readonly items?: SchemaNode;
  readonly [keyword: string]: unknown;
}

export interface SchemaProperty {
  /** `spec.source.query`; the properties of a list's items have paths such as `spec.collections[].key`. */
  readonly path: string;
  /** Merged with the target of its `$ref`; its own keywords take precedence. */
  readonly schema: SchemaNode;
}

/** A node with the file that its references start from. */
interface Placed {
  readonly node: SchemaNode;
  readonly file: string;
}

const FOLDER = 'schemas/';
/** A reference that leads to another one, and so on. */
const REFERENCES_MAX = 8;

const roots = new Map<string, SchemaNode>();

/** A schema file, which is read when it is first needed. */
export class SchemaDocument {
  readonly #file: string;
  #listed: readonly SchemaProperty[] | undefined;
  #byPath: ReadonlyMap<string, SchemaNode> | undefined;

  /** @param file its name in the folder `schemas` */
  constructor(file: string) {
    this.#file = file;
  }

  get root(): SchemaNode {
    return rootOf(this.#file);
  }

  /** Every property that a definition may have, parents before children, in the schema's order. */
  get properties(): readonly SchemaProperty[] {
    this.#listed ??= propertiesBelow({ node: this.root, file: this.#file }, '');
    return this.#listed;
  }

  /** The schema of a property, such as `spec.collections[2].key`; undefined for an unknown path. */
  at(path: string): SchemaNode | undefined {
    this.#byPath ??= new Map(this.properties.map((property) => [property.path, property.schema]));
    return this.#byPath.get(path.replaceAll(/\[\d+\]/g, '[]'));
  }
}

function rootOf(file: string): SchemaNode {
  const known = roots.get(file);
  if (known !== undefined) return known;
  const root = JSON.parse(readFileSync(packageFile(`${FOLDER}${file}`), 'utf8')) as SchemaNode;
  roots.set(file, root);
  return root;
}

function propertiesBelow({ node, file }: Placed, parent: string): SchemaProperty[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, property]) => {
    const path = parent === '' ? name : `${parent}.${name}`;
    const found = resolve({ node: property, file });
    const { items } = found.node;
    const ofItems = items === undefined ? [] : itemProperties({ node: items, file: found.file }, `${path}[]`);
    return [{ path, schema: found.node }, ...propertiesBelow(found, path), ...ofItems];
  });
}

function itemProperties(items: Placed, path: string): SchemaProperty[] {
  const found = resolve(items);
  if (found.node.properties === undefined) return [];
  return [{ path, schema: found.node }, ...propertiesBelow(found, path)];
}

/** Follows `#/$defs/csv` and `connector.schema.json#/$defs/csv`. */
function resolve(start: Placed): Placed {
  let { node, file } = start;
  for (let count = 0; node.$ref !== undefined && count < REFERENCES_MAX; count += 1) {
    const [other = '', pointer = ''] = node.$ref.split('#');
    file = other === '' ? file : other;
    const { $ref, ...own } = node;
    const target = nodeAt(rootOf(file), pointer);
    if (target === undefined) throw new Error(`${file} has no ${$ref}.`);
    node = { ...target, ...own };
  }
  return { node, file };
}

function nodeAt(root: SchemaNode, pointer: string): SchemaNode | undefined {
  return pointer
    .split('/')
    .slice(1)
    .reduce<SchemaNode | undefined>((node, key) => {
      const found: unknown = node === undefined || !Object.hasOwn(node, key) ? undefined : node[key];
      return isNode(found) ? found : undefined;
    }, root);
}

function isNode(value: unknown): value is SchemaNode {
  return typeof value === 'object' && value !== null;
}

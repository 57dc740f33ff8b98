import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isJsonObject, listAt, objectAt, textAt, type JsonObject } from '../files/json.ts';

/** A field of a message, as Google's descriptors declare it. */
export interface Field {
  /** A scalar of proto3, or the full name of a message or an enum. */
  readonly type: string;
  readonly repeated: boolean;
  /** A map with string keys; `type` is that of its values. */
  readonly map: boolean;
  /** `REQUIRED`, `OUTPUT_ONLY` … */
  readonly behavior: string | undefined;
}

export interface MessageType {
  readonly kind: 'message';
  readonly name: string;
  /** By the name that JSON has, lowerCamelCase. */
  readonly fields: ReadonlyMap<string, Field>;
  readonly oneofs: readonly (readonly string[])[];
}

export interface EnumType {
  readonly kind: 'enum';
  readonly name: string;
  readonly values: ReadonlyMap<string, number>;
}

export const SCALARS: ReadonlySet<string> = new Set([
  ...['double', 'float', 'int32', 'int64', 'uint32', 'uint64', 'sint32', 'sint64'],
  ...['fixed32', 'fixed64', 'sfixed32', 'sfixed64', 'bool', 'string', 'bytes'],
]);

/** The version of the API that is spoken. */
export const API_PACKAGE = 'google.cloud.discoveryengine.v1';

const known = new Map<string, MessageType | EnumType>();
let descriptors: JsonObject | undefined;

/** @param name a full name such as `google.rpc.Status`, or one of the API's package such as `Document` */
export function typeNamed(name: string): MessageType | EnumType {
  const type = findType(name) ?? findType(`${API_PACKAGE}.${name}`);
  if (type === undefined) throw new Error(`Google's descriptors have no type ${name}.`);
  return type;
}

/** @param name a full name */
export function findType(name: string): MessageType | EnumType | undefined {
  const cached = known.get(name);
  if (cached !== undefined) return cached;
  const descriptor = descriptorOf(name);
  if (descriptor === undefined) return undefined;
  const type = isJsonObject(descriptor['values']) ? enumOf(name, descriptor) : messageOf(name, descriptor);
  known.set(name, type);
  return type;
}

function enumOf(name: string, descriptor: JsonObject): EnumType {
  const values = Object.entries(objectAt(descriptor, 'values'));
  return { kind: 'enum', name, values: new Map(values.map(([value, number]) => [value, Number(number)])) };
}

function messageOf(name: string, descriptor: JsonObject): MessageType {
  const fields = Object.keys(objectAt(descriptor, 'fields')).map((field): [string, Field] => [
    field,
    fieldOf(name, objectAt(objectAt(descriptor, 'fields'), field)),
  ]);
  const oneofs = Object.values(objectAt(descriptor, 'oneofs'))
    .filter(isJsonObject)
    .map((oneof) => listAt(oneof, 'oneof').map(String));
  return { kind: 'message', name, fields: new Map(fields), oneofs };
}

function fieldOf(message: string, field: JsonObject): Field {
  return {
    type: fullName(message, textAt(field, 'type') ?? ''),
    repeated: field['rule'] === 'repeated',
    map: field['keyType'] !== undefined,
    behavior: textAt(objectAt(field, 'options'), '(google.api.field_behavior)'),
  };
}

/** A type is looked for in the message that names it, then in what encloses that, as protoc does. */
function fullName(message: string, type: string): string {
  if (SCALARS.has(type)) return type;
  const scope = message.split('.');
  for (let depth = scope.length; depth >= 0; depth -= 1) {
    const candidate = [...scope.slice(0, depth), type].join('.');
    if (descriptorOf(candidate) !== undefined) return candidate;
  }
  throw new Error(`Google's descriptors have no type ${type} for ${message}.`);
}

/** The descriptor of a message or an enum; undefined for a package and for a name that is not there. */
function descriptorOf(name: string): JsonObject | undefined {
  descriptors ??= readDescriptors();
  let node = descriptors;
  for (const part of name.split('.')) {
    const nested = objectAt(node, 'nested')[part];
    if (!isJsonObject(nested)) return undefined;
    node = nested;
  }
  return isJsonObject(node['fields']) || isJsonObject(node['values']) ? node : undefined;
}

function readDescriptors(): JsonObject {
  const path = createRequire(import.meta.url).resolve(
    '@google-cloud/discoveryengine/build/protos/protos.json',
  );
  const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!isJsonObject(parsed)) throw new Error(`${path} holds no descriptors.`);
  return parsed;
}

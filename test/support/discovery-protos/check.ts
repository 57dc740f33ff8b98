import { isJsonObject, type JsonObject } from '../files/json.ts';
import { findType, SCALARS, typeNamed, type EnumType, type Field, type MessageType } from './descriptors.ts';
import { isWellKnown, scalarProblem, wellKnownProblem } from './json-form.ts';

export interface CheckOptions {
  /** Required fields that a URL carries, so that the body has none of them. */
  readonly pathParams?: readonly string[];
  /** True for an answer: output-only fields may be there then, and required ones are not asked for. */
  readonly answer?: boolean;
}

type Problems = Generator<string, void>;

/**
 * What is wrong with JSON that should be a message of Google's API: unknown fields, wrong types, unknown enum names, broken
 * base64, two members of a oneof, required fields that are missing, output-only fields that are given. Empty if nothing is.
 * Stricter than Google's own parser, which also takes snake_case names, null for "not set" and base64url.
 * @param type a name such as `Document` or `google.longrunning.Operation`
 */
export function problemsOf(type: string, json: unknown, options: CheckOptions = {}): string[] {
  return [...inType(typeNamed(type), json, '', options)];
}

function* inType(type: MessageType | EnumType, json: unknown, path: string, options: CheckOptions): Problems {
  const place = path === '' ? type.name : path;
  if (isWellKnown(type.name)) {
    const problem = wellKnownProblem(type.name, json);
    if (problem !== undefined) yield `${place}: ${problem}`;
  } else if (type.kind === 'enum') {
    if (!isDeclared(type, json)) yield `${place}: ${JSON.stringify(json)} is no ${type.name}`;
  } else if (!isJsonObject(json)) {
    yield `${place}: must be a JSON object, as ${type.name} is`;
  } else if (type.name === 'google.protobuf.Any') {
    yield* inAny(json, path, options);
  } else {
    yield* inMessage(type, json, path, options);
  }
}

/** Google's own clients send the numbers of an enum, people its names. */
function isDeclared({ values }: EnumType, json: unknown): boolean {
  if (typeof json === 'string') return values.has(json);
  return typeof json === 'number' && [...values.values()].includes(json);
}

function* inMessage(type: MessageType, json: JsonObject, path: string, options: CheckOptions): Problems {
  const pathParams = path === '' ? (options.pathParams ?? []) : [];
  const answer = options.answer ?? false;
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  for (const [name, value] of Object.entries(json)) {
    const field = type.fields.get(name);
    if (field === undefined) yield `${at(name)}: ${unknownField(type, name)}`;
    else if (pathParams.includes(name)) yield `${at(name)}: is in the URL and must not be in the body`;
    else if (field.behavior === 'OUTPUT_ONLY' && !answer) yield `${at(name)}: is output only`;
    else yield* inField(field, value, at(name), options);
  }
  for (const members of type.oneofs) {
    const given = members.filter((member) => json[member] !== undefined);
    if (given.length > 1) yield `${path || type.name}: only one of ${given.join(' and ')} may be there`;
  }
  if (answer) return;
  for (const [name, field] of type.fields) {
    const asked = field.behavior === 'REQUIRED' && !pathParams.includes(name);
    if (asked && isUnset(json[name])) yield `${at(name)}: is required`;
  }
}

/** proto3 cannot tell an empty string or list from one that is not there. */
function isUnset(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

function unknownField(type: MessageType, name: string): string {
  const camelCase = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (type.fields.has(camelCase)) return `is the proto's name; JSON has ${camelCase}`;
  return `${type.name} has no such field`;
}

function* inField(field: Field, value: unknown, path: string, options: CheckOptions): Problems {
  if (field.map) {
    if (!isJsonObject(value)) yield `${path}: must be a JSON object, as a map is`;
    else
      for (const [key, item] of Object.entries(value))
        yield* inValue(field.type, item, `${path}.${key}`, options);
  } else if (field.repeated) {
    if (!Array.isArray(value)) yield `${path}: must be an array`;
    else
      for (const [index, item] of value.entries())
        yield* inValue(field.type, item, `${path}[${index}]`, options);
  } else {
    yield* inValue(field.type, value, path, options);
  }
}

function* inValue(type: string, value: unknown, path: string, options: CheckOptions): Problems {
  if (value === null && type !== 'google.protobuf.Value' && type !== 'google.protobuf.NullValue') {
    yield `${path}: is null; leave it out`;
  } else if (SCALARS.has(type)) {
    const problem = scalarProblem(type, value);
    if (problem !== undefined) yield `${path}: ${problem}, not ${JSON.stringify(value).slice(0, 60)}`;
  } else {
    yield* inType(typeNamed(type), value, path, options);
  }
}

/** Types that the descriptors do not have, such as google.rpc.ErrorInfo, are taken as they are. */
function* inAny(json: JsonObject, path: string, options: CheckOptions): Problems {
  const { '@type': url, ...fields } = json;
  if (typeof url !== 'string' || !url.startsWith('type.googleapis.com/')) {
    yield `${path}: must say its @type, such as type.googleapis.com/google.rpc.Status`;
    return;
  }
  const type = findType(url.slice('type.googleapis.com/'.length));
  if (type !== undefined) yield* inType(type, fields, path, options);
}

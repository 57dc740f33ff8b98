import type { ErrorObject } from 'ajv/dist/2020.js';
import { nearest } from '../nearest.ts';
import { exampleFix, patternFix } from './own-value.ts';
import { displayPath, type FieldFinding, type Segment } from '../problem.ts';
import type { SchemaDocument, SchemaNode } from './schema-document.ts';
import { valueAt } from '../draft.ts';
import { mayBeShown } from '../shown-fields.ts';
import { describeValue, firstSentence, kindOf, textOf, TYPE_WORDS } from './value-words.ts';

/** What an error of the schema is about. */
interface Context {
  readonly document: SchemaDocument;
  /** The whole definition. */
  readonly definition: unknown;
}

/** One error of the schema as a sentence; undefined when another error describes it better. */
export function findingOf(
  error: ErrorObject,
  context: Context,
  segments: readonly Segment[],
): FieldFinding | undefined {
  const path = displayPath(segments);
  const name = displayPath(segments.slice(-1));
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(error, segments, context.document);
    case 'required':
      return missingKey(error, segments, context.document);
    case 'false schema':
      return misplacedKey(context.definition, path, name);
    case 'type':
      return wrongType(error, path, name, context.document);
    case 'uniqueItems':
      return duplicateItem(error, path, name);
    case 'propertyNames':
      return keyName(error, path);
    default:
      return wrongValue(error, context, path, name);
  }
}

function unknownKey(
  error: ErrorObject,
  segments: readonly Segment[],
  document: SchemaDocument,
): FieldFinding {
  const key = textOf(error.params['additionalProperty']);
  const known = Object.keys(schemaOf(error).properties ?? {});
  const present = mappingOf(error.data);
  const meant = nearest(
    key,
    known.filter((candidate) => !Object.hasOwn(present, candidate)),
  );
  const home = document.properties.find((property) => property.path.endsWith(`.${key}`))?.path;
  const parent = parentName(segments);
  const elsewhere = home === undefined ? `one of ${known.join(', ')}` : `it as ${home}`;
  return {
    code: 'unknown_key',
    path: displayPath([...segments, key]),
    message: `${displayPath([key])} is not a key of ${parent}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
    fix: meant === undefined ? elsewhere : `${meant}:`,
  };
}

/**
 * Summarizes the unknown keys of one mapping that are not reported individually.
 * @param error the first of them
 * @param count the number of these keys
 */
export function moreUnknownKeys(
  error: ErrorObject,
  segments: readonly Segment[],
  count: number,
): FieldFinding {
  const key = textOf(error.params['additionalProperty']);
  const known = Object.keys(schemaOf(error).properties ?? {});
  const others = count === 1 ? '' : ` and ${(count - 1).toLocaleString('en')} more unknown keys`;
  return {
    code: 'unknown_key',
    path: displayPath([...segments, key]),
    message: `${displayPath([key])}${others} ${count === 1 ? 'is not a key' : 'are not keys'} of ${parentName(segments)}.`,
    fix: `one of ${known.join(', ')}`,
  };
}

function parentName(segments: readonly Segment[]): string {
  return segments.length === 0 ? 'the file' : displayPath(segments);
}

function missingKey(
  error: ErrorObject,
  segments: readonly Segment[],
  document: SchemaDocument,
): FieldFinding {
  const key = textOf(error.params['missingProperty']);
  const path = displayPath([...segments, key]);
  const schema = document.at(path) ?? {};
  return {
    code: 'missing_key',
    path,
    message: `${key} is missing. ${firstSentence(schema)}`.trimEnd(),
    fix: exampleFix(key, schema),
  };
}

function misplacedKey(connector: unknown, path: string, name: string): FieldFinding {
  const mode = valueAt(connector, 'spec.mode');
  const type = valueAt(connector, 'spec.source.type');
  const push = mode === 'rest_push';
  if (name === 'ordering') return misplacedOrdering(path, textOf(mode));
  return {
    code: 'misplaced_key',
    path,
    message: push
      ? `${name} is not allowed in a rest_push connector: producers send the documents, nothing is fetched.`
      : `${name} is not allowed for a source of type ${textOf(type)}.`,
    fix: push ? `mode: rest_pull to fetch, or no ${name}` : `no ${name}, or another type`,
  };
}

function misplacedOrdering(path: string, mode: string): FieldFinding {
  return {
    code: 'misplaced_key',
    path,
    message: `ordering is not allowed in a ${mode} connector: only pushed events can arrive in any order.`,
    fix: 'no ordering, or mode: rest_push',
  };
}

function wrongType(error: ErrorObject, path: string, name: string, document: SchemaDocument): FieldFinding {
  const wanted = [schemaOf(error).type ?? []].flat();
  const value: unknown = error.data;
  const words = wanted.map((type) => TYPE_WORDS.get(type) ?? type).join(' or ');
  const subject = path === '' ? 'The file' : name;
  // A file that is not a mapping may be any file of this machine, so its content is not quoted.
  const found = value === null ? 'has no value' : `is ${path === '' ? kindOf(value) : describeValue(value)}`;
  return {
    code: path === '' ? 'not_a_mapping' : 'wrong_type',
    path,
    message: `${subject} ${found}; it must be ${words}.`,
    fix:
      path === ''
        ? 'keys and values, starting with apiVersion: sync.gemini.io/v1alpha1'
        : typeFix(value, document.at(path) ?? schemaOf(error), wanted, name),
  };
}

function typeFix(value: unknown, schema: SchemaNode, wanted: readonly string[], name: string): string {
  if (wanted.includes('string') && (typeof value === 'number' || typeof value === 'boolean')) {
    return `${name}: ${JSON.stringify(String(value))}`;
  }
  if (wanted.includes('array') && typeof value === 'string') return `${name}: [${value}]`;
  return exampleFix(name, schema);
}

function duplicateItem(error: ErrorObject, path: string, name: string): FieldFinding {
  const first = Number(error.params['j']);
  const second = Number(error.params['i']);
  const list: unknown = error.data;
  const item: unknown = Array.isArray(list) ? list[second] : undefined;
  return {
    code: 'duplicate_item',
    path: `${path}[${Math.max(first, second)}]`,
    message: `${name} has ${textOf(item)} twice.`,
    fix: 'keep one of them',
  };
}

function keyName(error: ErrorObject, path: string): FieldFinding {
  const key = textOf(error.params['propertyName']);
  return {
    code: 'wrong_value',
    path: `${path}${displayPath([key]).startsWith('[') ? '' : '.'}${displayPath([key])}`,
    message: `${JSON.stringify(key)} cannot be the name of a header.`,
    fix: 'letters, digits and hyphens, for example Accept-Language',
  };
}

function wrongValue(
  error: ErrorObject,
  { document, definition }: Context,
  path: string,
  name: string,
): FieldFinding {
  const schema = document.at(path) ?? schemaOf(error);
  const value: unknown = error.data;
  const shown = mayBeShown(path) ? ` ${describeValue(value)}` : ' something else';
  const wrong = (message: string, fix: string): FieldFinding => ({ code: 'wrong_value', path, message, fix });
  if (error.keyword === 'const') {
    const wanted = textOf(error.params['allowedValue']);
    return wrong(`${name} is${shown}; it must be ${wanted}.`, `${name}: ${wanted}`);
  }
  if (error.keyword === 'enum') return wrongChoice(error, definition, path, name);
  const limit = textOf(error.params['limit']);
  const fix = exampleFix(name, schema);
  switch (error.keyword) {
    case 'minLength':
      return wrong(`${name} is empty.`, fix);
    case 'maxLength':
      return wrong(`${name} has more than ${limit} characters.`, `at most ${limit} characters`);
    case 'minItems':
    case 'minProperties':
      return wrong(`${name} is empty.`, `at least one entry, or no ${name}`);
    case 'maxItems':
    case 'maxProperties':
      return wrong(`${name} has more than ${limit} entries.`, `at most ${limit} entries`);
    case 'minimum':
      return wrong(`${name} is${shown}, which is less than ${limit}.`, `${name}: ${limit} or more`);
    case 'maximum':
      return wrong(`${name} is${shown}, which is more than ${limit}.`, `${name}: ${limit} or less`);
    case 'pattern':
      return wrong(
        `${name} is${shown}, which does not match the expected format. ${firstSentence(schema)}`.trimEnd(),
        mayBeShown(path) ? patternFix(path, name, value, schema) : fix,
      );
    default:
      return wrong(`${name} is not right: ${error.message ?? error.keyword}.`, fix);
  }
}

function wrongChoice(error: ErrorObject, connector: unknown, path: string, name: string): FieldFinding {
  const given: unknown = error.params['allowedValues'];
  const allowed = Array.isArray(given) ? given.map(textOf) : [];
  const value = textOf(error.data);
  const mode = textOf(valueAt(connector, 'spec.mode'));
  const fitsOtherMode =
    path === 'spec.source.type' && ['postgres', 'mysql', 'mssql', 'oracle', 'http', 'file'].includes(value);
  const meant = nearest(value, allowed);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  const message = fitsOtherMode
    ? `A ${mode} connector cannot read a source of type ${value}.`
    : `${name} is ${describeValue(error.data)}, which is not one of the allowed values.${hint}`;
  return { code: 'wrong_value', path, message, fix: `${name}: ${meant ?? allowed.join(' | ')}` };
}

function mappingOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function schemaOf(error: ErrorObject): SchemaNode {
  const schema: unknown = error.parentSchema;
  return isSchemaNode(schema) ? schema : {};
}

function isSchemaNode(value: unknown): value is SchemaNode {
  return typeof value === 'object' && value !== null;
}

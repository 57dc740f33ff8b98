import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import type { FieldFinding } from '../definitions/problem.ts';
import type { PolicyDocument } from './policy.ts';
import { policyValidator } from './schema-validator.ts';

let compiled: ValidateFunction<PolicyDocument> | undefined;

function validator(): ValidateFunction<PolicyDocument> {
  compiled ??= policyValidator();
  return compiled;
}

export function isPolicy(value: unknown): value is PolicyDocument {
  return validator()(value);
}

/** Every difference between a value and the schema, one finding for each mistake. */
export function policyShapeFindings(value: unknown): FieldFinding[] {
  const validate = validator();
  if (validate(value)) return [];
  // The sentence about `anyOf` describes its branches.
  return (validate.errors ?? []).filter(({ schemaPath }) => !schemaPath.includes('/anyOf/')).map(findingOf);
}

function findingOf(error: ErrorObject): FieldFinding {
  const parent = displayPointer(error.instancePath);
  const at = (key: string): string => (parent === '' ? key : `${parent}.${key}`);
  const schema = schemaOf(error);
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(error.params['additionalProperty']);
      const known = Object.keys(objectAt(schema, 'properties')).join(', ');
      const message = `${JSON.stringify(key)} is not a key of ${parent === '' ? 'a policy' : 'a rule'}.`;
      return { code: 'unknown_key', path: at(key), message, fix: `one of ${known}` };
    }
    case 'required': {
      const key = String(error.params['missingProperty']);
      const wanted = objectAt(objectAt(schema, 'properties'), key);
      return {
        code: 'missing_key',
        path: at(key),
        message: `${key} is missing.`,
        fix: `${key}: ${sampleOf(wanted)}`,
      };
    }
    case 'anyOf': {
      const message = 'The rule is for no definition: connectors, knowledgeSources and apps are missing.';
      return { code: 'missing_key', path: at('connectors'), message, fix: 'connectors: ["hr-*"]' };
    }
    case 'type': {
      const wanted = String(error.params['type']);
      const code = parent === '' ? 'not_a_mapping' : 'wrong_type';
      const fix =
        parent === ''
          ? 'keys and values, starting with apiVersion: sync.gemini.io/v1alpha1'
          : sampleOf(schema);
      return { code, path: parent, message: `This is not ${TYPE_WORDS[wanted] ?? wanted}.`, fix };
    }
    default: {
      const words = typeof schema['description'] === 'string' ? ` ${schema['description']}` : '';
      const message = `This value is not allowed: it ${error.message ?? error.keyword}.${words}`;
      return { code: 'wrong_value', path: parent, message, fix: sampleOf(schema) };
    }
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a string',
  array: 'a list',
  object: 'a mapping',
};

/** Formats `/rules/0/hosts/1` as `rules[0].hosts[1]`. No key of a policy consists of digits. */
function displayPointer(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .reduce((path, part) => {
      if (/^\d+$/.test(part)) return `${path}[${part}]`;
      return path === '' ? part : `${path}.${part}`;
    }, '');
}

function sampleOf(schema: Readonly<Record<string, unknown>>): string {
  const { examples, const: only } = schema;
  const sample: unknown = Array.isArray(examples) ? examples[0] : only;
  return typeof sample === 'string' ? sample : JSON.stringify(sample ?? 'a value');
}

function schemaOf(error: ErrorObject): Readonly<Record<string, unknown>> {
  const schema: unknown = error.parentSchema;
  return isRecord(schema) ? schema : {};
}

function objectAt(value: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  const found = Object.hasOwn(value, key) ? value[key] : undefined;
  return isRecord(found) ? found : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

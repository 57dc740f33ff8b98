import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import type { FieldFinding } from '../../problem.ts';
import { shapeFindingsOf } from '../../schema/shape-findings.ts';
import { connectorDocument } from './schema-document.ts';
import { connectorValidator } from './schema-validator.ts';
import type { Connector } from '../types.ts';

let compiled: ValidateFunction<Connector> | undefined;

function validator(): ValidateFunction<Connector> {
  compiled ??= connectorValidator();
  return compiled;
}

/** Whether a value has the shape of a connector. */
export function isConnector(value: unknown): value is Connector {
  return validator()(value);
}

/** Every difference between a value and `schemas/connector.schema.json`, one finding for each mistake. */
export function shapeFindings(value: unknown): FieldFinding[] {
  return shapeFindingsOf(value, { validate: validator(), document: connectorDocument, withoutConsequences });
}

/**
 * Ajv reports the failed branch and every error inside it. When the kind of source does not match the mode, missing or extra keys
 * of that mode are only consequences.
 */
function withoutConsequences(errors: readonly ErrorObject[]): ErrorObject[] {
  const wrongType = errors.some((error) => isSourceType(error) && error.keyword === 'enum');
  const consequence = (error: ErrorObject): boolean =>
    wrongType &&
    !isSourceType(error) &&
    isConditional(error) &&
    error.instancePath.startsWith('/spec/source');
  // The list of types in a condition is narrower than the general one, so its sentence goes first and is kept.
  return errors
    .filter((error) => !consequence(error))
    .sort((left, right) => Number(isConditional(right)) - Number(isConditional(left)));
}

function isSourceType(error: ErrorObject): boolean {
  return error.instancePath === '/spec/source/type';
}

function isConditional(error: ErrorObject): boolean {
  return error.schemaPath.includes('/then/');
}

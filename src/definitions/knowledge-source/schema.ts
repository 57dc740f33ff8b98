import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { FieldFinding } from '../problem.ts';
import { shapeFindingsOf } from '../schema/shape-findings.ts';
import { knowledgeSourceDocument } from './schema-document.ts';
import { knowledgeSourceValidator } from './schema-validator.ts';
import type { KnowledgeSource } from './types.ts';

let compiled: ValidateFunction<KnowledgeSource> | undefined;

function validator(): ValidateFunction<KnowledgeSource> {
  compiled ??= knowledgeSourceValidator();
  return compiled;
}

/** Whether a value has the shape of a knowledge source. */
export function isKnowledgeSource(value: unknown): value is KnowledgeSource {
  return validator()(value);
}

/** Every difference between a value and `schemas/knowledge-source.schema.json`, one finding for each mistake. */
export function shapeFindings(value: unknown): FieldFinding[] {
  return shapeFindingsOf(value, { validate: validator(), document: knowledgeSourceDocument });
}

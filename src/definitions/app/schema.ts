import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { FieldFinding } from '../problem.ts';
import { shapeFindingsOf } from '../schema/shape-findings.ts';
import { missingFindings } from './rules/missing.ts';
import { appDocument } from './schema-document.ts';
import { appValidator } from './schema-validator.ts';
import type { App } from './types.ts';

let compiled: ValidateFunction<App> | undefined;

function validator(): ValidateFunction<App> {
  compiled ??= appValidator();
  return compiled;
}

/** Whether a value with its preset filled in has the shape of an app. */
export function isApp(value: unknown): value is App {
  return validator()(value) && missingFindings(value).length === 0;
}

/** Every difference between a value and `schemas/app.schema.json`, one finding for each mistake. */
export function shapeFindings(value: unknown): FieldFinding[] {
  return shapeFindingsOf(value, { validate: validator(), document: appDocument });
}

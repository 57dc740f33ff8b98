import { Ajv2020, type CodeOptions, type ValidateFunction } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { packageFile } from '../core/package-file.ts';
import type { PolicyDocument } from './policy.ts';

/** Compiles the schema of policies. The build replaces this file with the compiled schema, as it does for connectors. */
export function policyValidator(ajv = policyAjv()): ValidateFunction<PolicyDocument> {
  return ajv.compile<PolicyDocument>(policySchema());
}

/** @param code whether the compiled functions can be written as source text */
export function policyAjv(code: CodeOptions = {}): Ajv2020 {
  return new Ajv2020({ allErrors: true, verbose: true, code });
}

export function policySchema(): object {
  const schema: unknown = JSON.parse(readFileSync(packageFile('schemas/policy.schema.json'), 'utf8'));
  return typeof schema === 'object' && schema !== null ? schema : {};
}

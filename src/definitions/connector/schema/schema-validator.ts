import { Ajv2020, type CodeOptions, type ValidateFunction } from 'ajv/dist/2020.js';
import { connectorDocument } from './schema-document.ts';
import type { Connector } from '../types.ts';

/**
 * Compiles the schema of connectors, which takes a sixth of a second. The build replaces this file with the compiled schema, so
 * the built program does not load the compiler.
 */
export function connectorValidator(ajv = connectorAjv()): ValidateFunction<Connector> {
  return ajv.compile<Connector>(connectorDocument.root);
}

/** @param code whether the compiled functions can be written as source text */
export function connectorAjv(code: CodeOptions = {}): Ajv2020 {
  // `verbose` adds the value and its schema to each error: the sentences use their descriptions.
  return new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true, strictTypes: false, code });
}

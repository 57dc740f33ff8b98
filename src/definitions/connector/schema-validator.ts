import { Ajv2020, type CodeOptions, type ValidateFunction } from 'ajv/dist/2020.js';
import { connectorSchema } from '../schema-document.ts';
import type { Connector } from './types.ts';

/**
 * Compiles the schema of connectors, which takes a sixth of a second. The build puts what it compiles to in the place of this
 * file, so the built program does not load the compiler.
 */
export function connectorValidator(ajv = connectorAjv()): ValidateFunction<Connector> {
  return ajv.compile<Connector>(connectorSchema());
}

/** @param code whether the functions that it compiles can be written as source text */
export function connectorAjv(code: CodeOptions = {}): Ajv2020 {
  // `verbose` puts the value and its schema into each error: the sentences are made from their descriptions.
  return new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true, strictTypes: false, code });
}

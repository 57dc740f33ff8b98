import type { Ajv2020, ValidateFunction } from 'ajv/dist/2020.js';
import { connectorDocument } from '../connector/schema/schema-document.ts';
import { connectorAjv } from '../connector/schema/schema-validator.ts';
import { appDocument } from './schema-document.ts';
import type { App } from './types.ts';

/**
 * Compiles the schema of apps, which refers to that of connectors. The build replaces this file with the compiled schema, as it
 * does for connectors.
 */
export function appValidator(ajv: Ajv2020 = connectorAjv()): ValidateFunction<App> {
  return ajv.addSchema(connectorDocument.root).compile<App>(appDocument.root);
}

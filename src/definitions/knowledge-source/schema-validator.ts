import type { Ajv2020, ValidateFunction } from 'ajv/dist/2020.js';
import { connectorDocument } from '../connector/schema/schema-document.ts';
import { connectorAjv } from '../connector/schema/schema-validator.ts';
import { knowledgeSourceDocument } from './schema-document.ts';
import type { KnowledgeSource } from './types.ts';

/**
 * Compiles the schema of knowledge sources, which refers to that of connectors. The build replaces this file with the compiled schema, as it
 * does for connectors.
 */
export function knowledgeSourceValidator(ajv: Ajv2020 = connectorAjv()): ValidateFunction<KnowledgeSource> {
  return ajv.addSchema(connectorDocument.root).compile<KnowledgeSource>(knowledgeSourceDocument.root);
}

import { SchemaDocument } from '../schema/schema-document.ts';

/** `schemas/knowledge-source.schema.json` */
export const knowledgeSourceDocument = new SchemaDocument('knowledge-source.schema.json');

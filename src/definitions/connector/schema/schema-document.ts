import { SchemaDocument } from '../../schema/schema-document.ts';

/** `schemas/connector.schema.json` */
export const connectorDocument = new SchemaDocument('connector.schema.json');

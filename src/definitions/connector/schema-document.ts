import { SchemaDocument } from '../schema-document.ts';

/** `schemas/connector.schema.json` */
export const connectorDocument = new SchemaDocument('connector.schema.json');

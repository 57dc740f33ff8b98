import { SchemaDocument } from '../schema/schema-document.ts';

/** `schemas/app.schema.json` */
export const appDocument = new SchemaDocument('app.schema.json');

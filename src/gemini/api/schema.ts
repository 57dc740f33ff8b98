import type { Api } from './api.ts';
import { fieldOf, textOf } from './json-fields.ts';
import { dataStoreOf, type DataStore } from './requests.ts';

/** What this program needs to know about the schema of a data store. */
export interface SchemaFacts {
  /**
   * The number of top-level fields. It is 0 until Google has received a document; Google takes the types from the first
   * documents.
   */
  readonly fields: number;
  /** The key properties that a top-level field is mapped to, such as `title` and `uri`. */
  readonly keyProperties: ReadonlySet<string>;
}

/** @throws BridgeError GEMINI_*. */
export async function readSchema(store: DataStore, api: Api, signal: AbortSignal): Promise<SchemaFacts> {
  const path = `${dataStoreOf(store)}/schemas/default_schema`;
  const json = await api.request({ method: 'GET', path, quota: 'reads', repeatable: true }, signal);
  const properties = fieldOf(
    fieldOf(json, 'structSchema') ?? parsed(textOf(json, 'jsonSchema')),
    'properties',
  );
  const fields = typeof properties === 'object' && properties !== null ? Object.values(properties) : [];
  return {
    fields: fields.length,
    keyProperties: new Set(fields.flatMap((field: unknown) => textOf(field, 'keyPropertyMapping') ?? [])),
  };
}

/** Google has a schema in one of two fields; this one contains JSON as a string. */
function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { Type, type Static, type TSchema } from 'typebox';

/**
 * What the fields of the Ops model are made of. A schema is the only declaration of a part of the model: the API documents and
 * serializes it, and its type is derived from it. Field names are those of the API responses, so that pages and programs use the
 * same names. Times are ISO 8601 in UTC. `null` means unknown or absent; it never means 0.
 */

/** The type of a value that matches a schema. It is read-only: a response is never modified before it is sent. */
export type Of<Schema extends TSchema> = ReadOnly<Static<Schema>>;
type ReadOnly<Value> = Value extends object ? { readonly [Key in keyof Value]: ReadOnly<Value[Key]> } : Value;

/** Null means unknown. The types are in one array, as in OpenAPI 3.1; this form also serializes fast. */
export function orNull<Schema extends TSchema & { readonly type: string }>(
  schema: Schema,
  description: string,
) {
  return Type.Unsafe<Static<Schema> | null>({ ...schema, description, type: [schema.type, 'null'] });
}

/** A read-only list. */
export function listOf<Schema extends TSchema>(items: Schema, description?: string) {
  return Type.Unsafe<readonly Static<Schema>[]>(
    Type.Array(items, description === undefined ? {} : { description }),
  );
}

export const moment = Type.String({ format: 'date-time' });
export const text = Type.String();
export const count = Type.Integer({ minimum: 0 });
export const seconds = Type.Number({ minimum: 0 });

/** A link to a run in another system. */
export const linkSchema = Type.Object(
  {
    label: Type.String({ description: 'The system that it leads to.' }),
    url: Type.String({ format: 'uri' }),
  },
  { additionalProperties: false },
);
export type OpsLink = Of<typeof linkSchema>;

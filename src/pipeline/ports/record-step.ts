/** A value of a document that a record repeats as it is in the canonical line. */
type RecordField = 'docId' | 'title' | 'uri' | 'metadata' | 'content';

/**
 * A part of a record. The steps in order give the same line as `RecordFormat.upsert` for each document that has text:
 * - `literal`: text;
 * - `readableId`: the id with ASCII letters, digits and `-` unchanged, `__` for `:`, and `_` and two upper-case hexadecimal digits
 *   for every other byte; only if that has at most as many characters;
 * - `jsonInString`: the JSON of a field, as a part of a JSON string. With the text before it, it is omitted for a document without
 *   that field;
 * - `mimeType`: as JSON;
 * - `base64`: the content, in base64; only if it has text;
 * - `readers`: each reader as an object, the groups before the users, with the texts around them; omitted if there are none.
 */
export type RecordStep =
  | { readonly literal: string }
  | { readonly readableId: number }
  | { readonly jsonInString: RecordField; readonly before: string }
  | { readonly mimeType: true }
  | { readonly base64: 'content' }
  | { readonly readers: RecordReaders };

/** The texts around the readers of a record. `group` and `user` open the object of each reader. */
interface RecordReaders {
  readonly before: string;
  readonly group: string;
  readonly user: string;
  readonly after: string;
}

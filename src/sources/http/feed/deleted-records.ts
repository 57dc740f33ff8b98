import type { ChangesSpec } from '../../../definitions/rest/types.ts';
import { parsePath, withoutRoot, type FieldPath } from '../../../core/text/field-path.ts';
import { plainText, valueAtPath } from '../../../json/path.ts';

/** The values at `deletedPath` that report nothing, as JSON. */
const NOT_DELETED = /^(?:null|false|0|"")$/;
const JSON_LENGTH_MAX = 5;

/** Recognises records that report a delete. */
export class DeletedRecords {
  readonly #path: FieldPath | undefined;
  readonly #values: ReadonlySet<string> | undefined;

  constructor({ deletedPath, deletedValues }: ChangesSpec = {}) {
    this.#path = deletedPath === undefined ? undefined : parsePath(withoutRoot(deletedPath));
    this.#values = deletedValues && new Set(deletedValues);
  }

  /** @param start where the record begins, in text that was checked */
  has(bytes: Buffer, start: number): boolean {
    const value = this.#path && valueAtPath(bytes, start, this.#path);
    if (value === undefined) return false;
    if (this.#values !== undefined) return this.#values.has(plainText(bytes, value));
    const { start: from, end } = value;
    return end - from > JSON_LENGTH_MAX || !NOT_DELETED.test(bytes.toString('latin1', from, end));
  }
}

import { IdHasher } from '../../pipeline/comparison/id-hasher.ts';
import type { RecordRow } from '../../json/record-row.ts';
import type { RecordId } from '../../rest/listing/overlap.ts';

/** Makes the ids of records from the fields that the mapping uses for the ids of documents. */
export class RecordIds {
  readonly #columns: readonly number[];
  readonly #hashes = new IdHasher();

  /** @param fields the fields of a row @param idFields the fields among them that form the id */
  constructor(fields: readonly string[], idFields: readonly string[]) {
    this.#columns = idFields.map((name) => fields.indexOf(name));
  }

  /** @returns undefined for a record without an id, which is quarantined */
  of(row: RecordRow): RecordId | undefined {
    const parts: string[] = [];
    for (const column of this.#columns) {
      const value = row.text(column);
      if (value === undefined) return undefined;
      parts.push(value);
    }
    if (parts.length === 0) return undefined;
    this.#hashes.of(parts.length === 1 ? (parts[0] ?? '') : JSON.stringify(parts));
    const { high, low } = this.#hashes;
    return { high, low };
  }
}

import { Fingerprinter } from '../../pipeline/comparison/fingerprint.ts';
import { plainText } from '../../json/path.ts';
import type { RecordRow } from '../../json/record-row.ts';

/** 62 bits of a hash of what identifies a record. */
export interface RecordId {
  readonly high: number;
  readonly low: number;
}

/** Makes ids of records, from the fields of which the mapping makes the ids of documents. */
export class RecordIds {
  readonly #columns: readonly number[];
  readonly #hashes = new Fingerprinter('', []);

  /** @param fields of a row @param idFields those among them that make the id */
  constructor(fields: readonly string[], idFields: readonly string[]) {
    this.#columns = idFields.map((name) => fields.indexOf(name));
  }

  /** @returns undefined for a record without an id, which is set aside */
  of(bytes: Buffer, row: RecordRow): RecordId | undefined {
    const parts: string[] = [];
    for (const column of this.#columns) {
      const value = row.value(column);
      if (value === undefined) return undefined;
      parts.push(plainText(bytes, value));
    }
    if (parts.length === 0) return undefined;
    this.#hashes.of(parts.length === 1 ? (parts[0] ?? '') : JSON.stringify(parts));
    const { high, low } = this.#hashes;
    return { high, low };
  }
}

import { mappedFields, optionalFields } from '../../definitions/connector/mapped-fields.ts';
import type { ConnectorSpec } from '../../definitions/connector/types.ts';
import { RecordRow } from '../../json/record-row.ts';
import type { Page } from '../../rest/listing/page.ts';
import { TRIAL_KEYS_MAX, TRIAL_ROWS_MAX } from '../limits.ts';
import { rowTexts } from './row-texts.ts';
import type { TriedRows } from './trial.ts';

/** Collects the first rows of pages, as the mapping reads them. */
export class RowCollector {
  readonly #row: RecordRow;
  readonly #fields: readonly string[];
  readonly #optional: ReadonlySet<string>;
  readonly #shown: (text: string) => string;
  readonly #values: (string | null | undefined)[][] = [];
  #keys: readonly string[] | undefined;

  /** @param shown the form in which a value is shown, without secrets */
  constructor(spec: ConnectorSpec, shown: (text: string) => string) {
    this.#fields = mappedFields(spec);
    this.#optional = optionalFields(spec);
    this.#row = new RecordRow(this.#fields);
    this.#shown = shown;
  }

  add({ bytes, records }: Pick<Page, 'bytes' | 'records'>): void {
    for (const { start } of records) {
      this.#row.load(bytes, start);
      this.#keys ??= this.#row.keys;
      if (this.#values.length === TRIAL_ROWS_MAX) continue;
      const texts = rowTexts(this.#row);
      this.#values.push(texts.map((text) => (typeof text === 'string' ? this.#shown(text) : text)));
    }
  }

  get rows(): TriedRows {
    const named = new Set(this.#fields.flatMap((field) => [field, field.split(/[.[]/, 1)[0] ?? '']));
    const others = (this.#keys ?? []).filter((key) => !named.has(key));
    return {
      fields: this.#fields,
      values: this.#values,
      missing: this.#keys === undefined ? [] : this.#row.missing.filter((name) => !this.#optional.has(name)),
      otherKeys: others.slice(0, TRIAL_KEYS_MAX).map(this.#shown),
    };
  }
}

import * as forms from '../../kernel/binary-forms.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Column, ColumnKind, RowBatch } from '../ports/ports.ts';

const FORMS: Partial<Record<ColumnKind, number>> = {
  date: forms.BINARY_DATE,
  timestamp: forms.BINARY_TIMESTAMP,
  timestamptz: forms.BINARY_TIMESTAMPTZ,
  array: forms.BINARY_ARRAY,
};

/** Rewrites rows of a listing in which columns have a binary form. */
export class TextForm {
  readonly #forms: Uint8Array;
  /** Undefined if all columns are text. */
  readonly #kernel: Kernel | undefined;

  /** @throws Error for a binary form that cannot be rewritten, or without a kernel */
  constructor({ columns, binary = [] }: RowBatch, kernel: Kernel | undefined) {
    this.#forms = Uint8Array.from(columns, (column, index) =>
      binary.includes(index) ? formOf(column) : forms.BINARY_NONE,
    );
    if (binary.length === 0) return;
    if (kernel === undefined) throw new Error('a source sent binary forms to a run without a kernel');
    this.#kernel = kernel;
  }

  /**
   * Returns a batch with text in all columns of the given rows, and lets the kernel hold these rows. The places of other rows are
   * meaningless. It is valid until the next call.
   * @param batch the batch that the kernel has loaded
   */
  of(batch: RowBatch, rows: readonly number[]): RowBatch {
    if (this.#kernel === undefined || rows.length === 0) return batch;
    const { bytes, starts, ends } = this.#kernel.toText(rows, this.#forms);
    return { ...batch, bytes, starts, ends };
  }
}

function formOf({ name, kind }: Column): number {
  const form = FORMS[kind];
  if (form === undefined) throw new Error(`the column ${name} of kind ${kind} has no binary form`);
  return form;
}

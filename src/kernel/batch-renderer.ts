/** The words of a row's result, by their place. Addresses are indexes into `BatchRenderer.memory`. */
export const RESULT = {
  /** 1 if the row was rendered; 0 if it is left to the renderer of single rows, and the other words mean nothing. */
  rendered: 0,
  /** The document's id, UTF-8. */
  id: 1,
  idEnd: 2,
  /** The fingerprint of the id, in two halves. */
  idHigh: 3,
  idLow: 4,
  /** The canonical line. Its checksum is the SHA-256 of `[line, digestEnd)`, which ends in a brace. */
  line: 5,
  digestEnd: 6,
  /** Where the 64 hexadecimal digits of the checksum belong; `writeChecksum` writes them, and replaces the brace. */
  checksum: 7,
  lineEnd: 8,
  /** The destination's record. */
  record: 9,
  recordEnd: 10,
  /** What the document lacks, a sum of `LACKS`. */
  lacks: 11,
} as const;

export const RESULT_WORDS = 12;

/** What a document may lack, as `Tally.examine` counts it. */
export const LACKS = { title: 1, content: 2, uri: 4 } as const;

/** Renders rows that a kernel has loaded, by a mapping that was compiled for it. */
export interface BatchRenderer {
  /** The kernel's memory. It changes with each call of `render` and with each `load`. */
  readonly memory: Buffer;
  /** `RESULT_WORDS` words for each row of the last call, in the order of its rows. */
  readonly results: Uint32Array;
  /**
   * Renders `rows[from ..]`, indexes of loaded rows, until the output is full.
   * @returns how many rows have a result: at least one
   */
  render(rows: readonly number[], from: number): number;
  /** Completes a rendered line with its checksum, 64 hexadecimal digits. @param row its place among the results */
  writeChecksum(row: number, digits: string): void;
}

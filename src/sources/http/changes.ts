import { hash } from 'node:crypto';
import { FingerprintSet } from '../../pipeline/comparison/fingerprint-set.ts';
import { fingerprintHex } from '../../pipeline/comparison/fingerprint.ts';
import { LENGTH_ABSENT, LENGTH_NULL } from '../../pipeline/ports/ports.ts';
import { textAt } from '../../json/scan.ts';
import type { RecordId } from '../../rest/listing/overlap.ts';
import type { RecordRow } from '../../json/record-row.ts';
import { RowSpool, type SpooledRow } from './spool.ts';

const LENGTH_BYTES = 4;
const QUOTE = 0x22;

/** The winning version of a record. */
interface Winner {
  /** The position of the winning version among all rows of the listing. */
  place: number;
  mark: string | undefined;
  /** The part of the last version. */
  part: number;
}

/** The listing that a page is from, if several are read as one. */
export interface Part {
  /** The number of the listing of a parent. */
  readonly partition?: number | undefined;
  /** The number of the window of time. */
  readonly window?: number | undefined;
}

interface ChangesPorts {
  /** The column of the watermark in a row; -1 if there is none. */
  readonly watermarkColumn: number;
  readonly isLater: (one: string | undefined, other: string | undefined) => boolean;
}

/**
 * The rows of a listing of changes. The listing may contain several versions of a record. The latest one counts, which is known
 * only at the end. So rows are kept until then: a few in memory, more in a temporary file.
 */
export class Changes {
  /** The earliest watermark of a version that another one of the same partition replaced. */
  replaced: string | undefined;
  /** Whether a record occurred again unchanged in one part. */
  identical = false;
  readonly #ports: ChangesPorts;
  readonly #spool = new RowSpool();
  readonly #ids = new FingerprintSet();
  /** The ids that occurred more than once. */
  readonly #repeated = new Map<string, Winner | undefined>();
  /** The parts of the listing, each with the position of its first row. */
  readonly #parts: (Part & { readonly start: number })[] = [];
  /** The ids of the current part; undefined if the listing has only one. */
  #inPart: FingerprintSet | undefined;
  #rows = 0;

  constructor(ports: ChangesPorts) {
    this.#ports = ports;
  }

  /** Begins the next page. */
  turn({ partition, window }: Part): void {
    const current = this.#parts.at(-1);
    if (current !== undefined && current.partition === partition && current.window === window) return;
    this.#parts.push({ partition, window, start: this.#rows });
    if (partition !== undefined || window !== undefined) this.#inPart = new FingerprintSet();
  }

  /**
   * Adds the loaded row.
   * @param id undefined for a record without an id, which replaces no other record
   * @param deleted whether the record says that it was deleted
   * @returns whether its record occurs for the first time in its part
   */
  async add(row: RecordRow, id: RecordId | undefined, deleted = false): Promise<boolean> {
    const first = id === undefined || this.#ids.add(id.high, id.low);
    if (!first) this.#repeated.set(fingerprintHex(id.high, id.low), undefined);
    this.#spool.begin(id ?? { high: 0, low: 0 }, deleted);
    row.append(this.#spool);
    await this.#spool.settle();
    this.#rows++;
    if (id === undefined || this.#inPart === undefined) return first;
    return this.#inPart.add(id.high, id.low);
  }

  /**
   * Yields each record once, in its latest version: the one that is later in the listing, unless its watermark says otherwise.
   */
  async *latest(): AsyncGenerator<SpooledRow> {
    if (this.#repeated.size === 0) {
      yield* this.#spool.rows();
      return;
    }
    await this.#findWinners();
    let place = 0;
    for await (const row of this.#spool.rows()) {
      const winner = this.#repeated.get(fingerprintHex(row.high, row.low));
      if (winner === undefined || winner.place === place) yield row;
      place++;
    }
  }

  async close(): Promise<void> {
    await this.#spool.close();
  }

  async #findWinners(): Promise<void> {
    const { watermarkColumn, isLater } = this.#ports;
    const versions = new Set<string>();
    let part = 0;
    let place = 0;
    for await (const row of this.#spool.rows()) {
      while (place >= (this.#parts[part + 1]?.start ?? Infinity)) {
        part++;
        versions.clear();
      }
      const id = fingerprintHex(row.high, row.low);
      if (this.#repeated.has(id)) {
        const version = `${id}${hash('sha256', row.bytes.subarray(row.start, row.end), 'base64')}`;
        this.identical ||= versions.has(version);
        versions.add(version);
        const mark = valueIn(row, watermarkColumn);
        const before = this.#repeated.get(id);
        const wins = before === undefined || !isLater(before.mark, mark);
        const loser = wins ? before?.mark : mark;
        if (before !== undefined && loser !== undefined && this.#isMoved(before, { part, mark }))
          this.#replace(loser);
        this.#repeated.set(id, wins ? { place, mark, part } : { ...before, part });
      }
      place++;
    }
  }

  /** A record of two partitions did not move, and two windows overlap, so that both may have the same version. */
  #isMoved(before: Winner, now: Pick<Winner, 'part' | 'mark'>): boolean {
    if (before.part === now.part) return true;
    const isSamePartition = this.#parts[before.part]?.partition === this.#parts[now.part]?.partition;
    return isSamePartition && before.mark !== now.mark;
  }

  #replace(mark: string): void {
    if (this.replaced === undefined || this.#ports.isLater(this.replaced, mark)) this.replaced = mark;
  }
}

/** The value of a column in a row that has the form of a batch. */
function valueIn({ bytes, start }: SpooledRow, column: number): string | undefined {
  if (column < 0) return undefined;
  let at = start;
  for (let index = 0; ; index++) {
    const length = bytes.readInt32BE(at);
    const from = at + LENGTH_BYTES;
    const size = length === LENGTH_NULL || length === LENGTH_ABSENT ? 0 : length;
    if (index < column) {
      at = from + size;
      continue;
    }
    if (size === 0) return undefined;
    return bytes[from] === QUOTE
      ? textAt(bytes, from, from + size)
      : bytes.toString('utf8', from, from + size);
  }
}

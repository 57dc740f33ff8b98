import { hash } from 'node:crypto';
import { FingerprintSet } from '../../pipeline/comparison/fingerprint-set.ts';
import { Fingerprinter } from '../../pipeline/comparison/fingerprint.ts';
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
  /** The partition of the last version. */
  partition: number;
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
  /** Whether a record occurred again unchanged in one partition. */
  identical = false;
  readonly #ports: ChangesPorts;
  readonly #spool = new RowSpool();
  readonly #ids = new FingerprintSet();
  /** The ids that occurred more than once. */
  readonly #repeated = new Map<string, Winner | undefined>();
  /** The positions of the first rows of all partitions after the first one. */
  readonly #partitions: number[] = [];
  #partition: number | undefined;
  /** The ids of the current partition; undefined if the listing has no partitions. */
  #inPartition: FingerprintSet | undefined;
  #rows = 0;

  constructor(ports: ChangesPorts) {
    this.#ports = ports;
  }

  /** Begins the next page. @param partition the number of the listing that it is part of, if several are read as one */
  turn(partition: number | undefined): void {
    if (partition === undefined || partition === this.#partition) return;
    if (this.#partition !== undefined) this.#partitions.push(this.#rows);
    this.#partition = partition;
    this.#inPartition = new FingerprintSet();
  }

  /**
   * Adds the loaded row.
   * @param id undefined for a record without an id, which replaces no other record
   * @returns whether its record occurs for the first time in its partition
   */
  async add(row: RecordRow, id: RecordId | undefined): Promise<boolean> {
    const first = id === undefined || this.#ids.add(id.high, id.low);
    if (!first) this.#repeated.set(Fingerprinter.hex(id.high, id.low), undefined);
    this.#spool.begin(id ?? { high: 0, low: 0 });
    row.append(this.#spool);
    await this.#spool.settle();
    this.#rows++;
    if (id === undefined || this.#inPartition === undefined) return first;
    return this.#inPartition.add(id.high, id.low);
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
      const winner = this.#repeated.get(Fingerprinter.hex(row.high, row.low));
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
    let partition = 0;
    let place = 0;
    for await (const row of this.#spool.rows()) {
      while (place >= (this.#partitions[partition] ?? Infinity)) partition++;
      const id = Fingerprinter.hex(row.high, row.low);
      if (this.#repeated.has(id)) {
        const version = `${partition} ${id}${hash('sha256', row.bytes.subarray(row.start, row.end), 'base64')}`;
        this.identical ||= versions.has(version);
        versions.add(version);
        const mark = valueIn(row, watermarkColumn);
        const before = this.#repeated.get(id);
        const wins = before === undefined || !isLater(before.mark, mark);
        const loser = wins ? before?.mark : mark;
        // A record of two partitions did not move.
        if (before?.partition === partition && loser !== undefined) this.#replace(loser);
        this.#repeated.set(id, wins ? { place, mark, partition } : { ...before, partition });
      }
      place++;
    }
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

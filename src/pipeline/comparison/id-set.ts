import { itemAt, wordAt } from '../document/in-range.ts';

const ID_HIGH_BITS = 30;
const WORD_RANGE = 2 ** 32;
/** An odd number near 2^32 divided by the golden ratio, which spreads similar numbers over the range. */
const SPREAD = 0x9e37_79b1;

/** Above this load, linear probing slows down steeply. */
const LOAD_MAX = 0.75;
/** The only table doubles up to the second number of slots, 512 KiB. From then on, a full table is divided in two. */
const [TABLE_SLOTS_MIN, TABLE_SLOTS_MAX] = [1_024, 65_536];
/** With tables of this depth, a set has 800 M ids and takes 8 GB. */
const DEPTH_MAX = 14;

interface Table {
  /** Two words for each slot. */
  slots: Uint32Array;
  count: number;
  /** How many first bits all ids of the table have in common. */
  depth: number;
}

/**
 * The ids of a listing, as fingerprints of 62 bits: 10 M take 134 MB. It is a hash table that grows in pieces (extendible hashing):
 * the first bits of an id select an entry of the directory, which names a table. With a single table that doubles, 10 M ids would take
 * 200 MB for a moment.
 */
export class IdSet {
  readonly #tables: Table[] = [{ slots: new Uint32Array(2 * TABLE_SLOTS_MIN), count: 0, depth: 0 }];
  /** Indexes of tables. A table whose depth is lower than that of the directory has several entries. */
  #directory = new Uint32Array(1);
  #depth = 0;
  /** The table that is divided. It is kept, because these copies would be 100 MB of garbage in a large set. */
  readonly #copy = new Uint32Array(2 * TABLE_SLOTS_MAX);

  /**
   * Adds an id, given as two unsigned words; the high one has 30 bits.
   * @returns false if it is already in the set
   * @throws RangeError if there are too many
   */
  add(high: number, low: number): boolean {
    const table = this.#tableOf(high);
    const at = placeOf(table.slots, high, low);
    if (at < 0) return false;
    if (table.count >= (table.slots.length / 2) * LOAD_MAX) {
      this.#grow(table);
      return this.add(high, low);
    }
    put(table, at, high, low);
    return true;
  }

  #tableOf(high: number): Table {
    return itemAt(this.#tables, wordAt(this.#directory, high >>> (ID_HIGH_BITS - this.#depth)));
  }

  #grow(table: Table): void {
    const { slots } = table;
    table.count = 0;
    if (slots.length < 2 * TABLE_SLOTS_MAX) {
      table.slots = new Uint32Array(2 * slots.length);
      this.#putAll(slots);
      return;
    }
    this.#copy.set(slots);
    slots.fill(0);
    this.#divide(table);
    this.#putAll(this.#copy);
  }

  /** Adds a table, to which half of the ids of another one belong from now on. */
  #divide(table: Table): void {
    if (table.depth === DEPTH_MAX) throw new RangeError('a listing has too many ids');
    if (table.depth === this.#depth) {
      const before = this.#directory;
      this.#depth++;
      this.#directory = Uint32Array.from({ length: 2 ** this.#depth }, (_, entry) =>
        wordAt(before, entry >>> 1),
      );
    }
    table.depth++;
    const slots = new Uint32Array(2 * TABLE_SLOTS_MAX);
    const other = this.#tables.push({ slots, count: 0, depth: table.depth }) - 1;
    const owner = this.#tables.indexOf(table);
    const bit = this.#depth - table.depth;
    this.#directory.forEach((index, entry, directory) => {
      if (index === owner && ((entry >>> bit) & 1) === 1) directory[entry] = other;
    });
  }

  #putAll(slots: Uint32Array): void {
    for (let at = 0; at < slots.length; at += 2) {
      const high = wordAt(slots, at);
      const low = wordAt(slots, at + 1);
      if (high === 0 && low === 0) continue;
      const table = this.#tableOf(high);
      put(table, placeOf(table.slots, high, low), high, low);
    }
  }
}

function put(table: Table, at: number, high: number, low: number): void {
  table.slots[at] = high;
  table.slots[at + 1] = low;
  table.count++;
}

/** Returns the index of the empty slot for an id, or -1 if the id is already there. */
function placeOf(slots: Uint32Array, high: number, low: number): number {
  const home = Math.floor(((Math.imul(low, SPREAD) >>> 0) * (slots.length / 2)) / WORD_RANGE);
  let at = 2 * home;
  for (;;) {
    const slotHigh = wordAt(slots, at);
    const slotLow = wordAt(slots, at + 1);
    if (slotHigh === 0 && slotLow === 0) return at;
    if (slotLow === low && slotHigh === high) return -1;
    at = at + 2 === slots.length ? 0 : at + 2;
  }
}

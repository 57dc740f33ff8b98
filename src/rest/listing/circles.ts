import { hash } from 'node:crypto';
import type { Span } from '../../json/scan.ts';

/** Detects a listing that loops: by the places of its pages, by their content, and by the new records on them. */
export class Circles {
  /** The hashes of places and of pages. */
  readonly #places = new Set<string>();
  readonly #bodies = new Set<string>();
  /** The number of pages with new records, and of consecutive pages without any since then. */
  #fresh = 0;
  #stale = 0;

  /** @param place the current place of the listing */
  isNewPlace(next: string, place: string | undefined): boolean {
    if (place !== undefined) this.#places.add(digest(place));
    return !this.#places.has(digest(next));
  }

  /** An empty page never counts as a repeated page. */
  isNewPage(bytes: Buffer, records: readonly Span[]): boolean {
    const [first] = records;
    const last = records.at(-1);
    if (first === undefined || last === undefined) return true;
    const body = digest(bytes.subarray(first.start, last.end));
    if (this.#bodies.has(body)) return false;
    this.#bodies.add(body);
    return true;
  }

  /** @param fresh the number of records of a page that no earlier page had */
  count(fresh: number): void {
    if (fresh > 0) this.#fresh++;
    this.#stale = fresh > 0 ? 0 : this.#stale + 1;
  }

  /**
   * True when more consecutive pages had no new records than there were pages with new records. Records that moved do not
   * cause that, but a counter in each response does.
   */
  get standsStill(): boolean {
    return this.#stale > this.#fresh;
  }
}

/** 64 bits are enough to distinguish a hundred thousand pages. */
function digest(content: string | Buffer): string {
  return hash('sha256', content, 'base64').slice(0, 11);
}

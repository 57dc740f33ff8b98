import { hash } from 'node:crypto';
import type { Span } from '../../json/scan.ts';

/** Notices that a listing goes in a circle: by the places of its pages, by what is on them, and by what is new on them. */
export class Circles {
  /** Hashes of places and of pages. */
  readonly #places = new Set<string>();
  readonly #bodies = new Set<string>();
  /** Pages that had something new, and those since then that had not. */
  #fresh = 0;
  #stale = 0;

  /** @param place where the listing is */
  isNewPlace(next: string, place: string | undefined): boolean {
    if (place !== undefined) this.#places.add(digest(place));
    return !this.#places.has(digest(next));
  }

  /** A page without records never counts as a repeated page. */
  isNewPage(bytes: Buffer, records: readonly Span[]): boolean {
    const [first] = records;
    const last = records.at(-1);
    if (first === undefined || last === undefined) return true;
    const body = digest(bytes.subarray(first.start, last.end));
    if (this.#bodies.has(body)) return false;
    this.#bodies.add(body);
    return true;
  }

  /** @param fresh records of a page that no page before had */
  count(fresh: number): void {
    if (fresh > 0) this.#fresh++;
    this.#stale = fresh > 0 ? 0 : this.#stale + 1;
  }

  /** More pages had nothing new than had something: moved records do not do that, a counter in each answer does. */
  get standsStill(): boolean {
    return this.#stale > this.#fresh;
  }
}

/** 64 bits are enough to tell a hundred thousand pages apart. */
function digest(content: string | Buffer): string {
  return hash('sha256', content, 'base64').slice(0, 11);
}

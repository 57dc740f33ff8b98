import { hash } from 'node:crypto';
import type { Page } from './listing.ts';

/** Leaves out of a page what the page before had already: an API that counts moves records when others are added. */
export class Overlap {
  #before: ReadonlySet<string> = new Set();

  withoutRepeated({ bytes, records }: Page): Page['records'] {
    const now = new Set<string>();
    const fresh = records.filter(({ start, end }) => {
      const content = hash('sha256', bytes.subarray(start, end), 'base64');
      now.add(content);
      return !this.#before.has(content);
    });
    this.#before = now;
    return fresh;
  }
}

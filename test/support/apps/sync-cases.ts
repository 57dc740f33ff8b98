import { BridgeError } from '../../../src/core/errors.ts';
import type { Clock } from '../../../src/core/time/clock.ts';
import type { EntityRecord } from '../../../src/apps/collection-reader.ts';
import { item } from './listed-items.ts';

/** Records with the ids `item-0000`, `item-0001`, …. */
export const many = (count: number, more: object = {}): EntityRecord[] =>
  Array.from({ length: count }, (_, index) =>
    item(`item-${String(index).padStart(4, '0')}`, { n: index, ...more }),
  );

export const clockAt = (iso: string): Clock => ({ now: () => new Date(iso), elapsedMs: () => 0 });

const unreachable = () => new BridgeError('SOURCE_UNREACHABLE', 'The API cannot be reached.');

/** For `before` of a listing: the page that cannot be read. */
export function failingAt(page: number, error: () => Error = unreachable) {
  return (number: number): void => {
    if (number === page) throw error();
  };
}

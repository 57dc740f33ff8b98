import fc from 'fast-check';
import type { DeliveryFate } from './flaky-index.ts';

/**
 * Any end of a delivery, of which a good one is drawn more often.
 * @param appliedMax changes that may be made before a delivery fails
 * @param late whether the others may be made later
 */
export function deliveryFates(
  appliedMax: number,
  late: fc.Arbitrary<boolean> = fc.boolean(),
): fc.Arbitrary<DeliveryFate> {
  return fc.record({
    end: fc.constantFrom(
      'is acknowledged',
      'is acknowledged',
      'is lost',
      'fails',
      'fails unasked',
      'is refused',
    ),
    applied: fc.nat(appliedMax),
    late,
    documents: fc.array(
      fc.constantFrom('applied', 'applied', 'refused', 'unknown and applied', 'unknown and not applied'),
      { minLength: 1, maxLength: 3 },
    ),
  });
}

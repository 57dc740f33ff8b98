import type { LeaseGuard } from '../../../src/pipeline/held-leases.ts';

/** For tests in which no other run is there to take a lease. */
export const ALWAYS_HELD: LeaseGuard = { requireHeld: () => Promise.resolve() };

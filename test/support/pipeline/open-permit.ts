import type { SourcePermit } from '../../../src/sources/permit.ts';

/** What a source may reach without a policy. */
export const OPEN_PERMIT: SourcePermit = {
  server: () => undefined,
  inClear: () => false,
  folder: () => undefined,
};

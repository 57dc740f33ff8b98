import { CALLER_ERRORS } from './error-kinds/caller-errors.ts';
import { COLLECTION_ERRORS } from './error-kinds/collection-errors.ts';
import { DEFINITION_ERRORS } from './error-kinds/definition-errors.ts';
import { DELIVERY_ERRORS } from './error-kinds/delivery-errors.ts';
import { ENVIRONMENT_ERRORS } from './error-kinds/environment-errors.ts';
import { PROGRAM_ERRORS } from './error-kinds/program-errors.ts';
import { PROPOSAL_ERRORS } from './error-kinds/proposal-errors.ts';
import { SECRET_ERRORS } from './error-kinds/secret-errors.ts';
import { SOURCE_ERRORS } from './error-kinds/source-errors.ts';
import { STATE_ERRORS } from './error-kinds/state-errors.ts';
import type { ErrorKind } from './error-kinds/error-kind.ts';

/**
 * Every error that a user can see, with its exit status and whether a retry helps. The comments in error-kinds/ are the reference:
 * `docs/errors.md` is generated from them (`npm run generate`).
 */
export const ERROR_KINDS = {
  ...CALLER_ERRORS,
  ...DEFINITION_ERRORS,
  ...SECRET_ERRORS,
  ...ENVIRONMENT_ERRORS,
  ...SOURCE_ERRORS,
  ...STATE_ERRORS,
  ...DELIVERY_ERRORS,
  ...PROPOSAL_ERRORS,
  ...COLLECTION_ERRORS,
  ...PROGRAM_ERRORS,
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

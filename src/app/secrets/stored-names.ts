import { toBridgeError } from '../../core/errors.ts';
import { lookUpSecretNames } from '../../state/secrets/look-up-secrets.ts';
import { stateLocation } from '../run/state-location.ts';

/**
 * The names of the stored secrets, for a check of files, which must not fail because of the database: one that does not answer
 * has no names.
 */
export async function storedSecretNames(
  place: Parameters<typeof stateLocation>[0],
): Promise<ReadonlySet<string>> {
  try {
    return new Set(await lookUpSecretNames(stateLocation(place)));
  } catch (thrown) {
    if (!toBridgeError(thrown).code.startsWith('STATE_')) throw thrown;
    return new Set();
  }
}

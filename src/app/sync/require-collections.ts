import { BridgeError } from '../../core/errors.ts';
import { appKeyOf } from '../../definitions/app/app-key.ts';
import type { App } from '../../definitions/app/types.ts';
import { nearest } from '../../definitions/nearest.ts';

/** @throws BridgeError APP_COLLECTION_UNKNOWN if a requested collection does not exist */
export function requireCollections(app: App, requested: readonly string[] | undefined): void {
  const keys = app.spec.collections.map(({ key }) => key);
  const unknown = requested?.find((key) => !keys.includes(key));
  if (unknown === undefined) return;
  const similar = nearest(unknown, keys);
  throw new BridgeError(
    'APP_COLLECTION_UNKNOWN',
    `App ${appKeyOf(app)} has no collection ${unknown}. It has: ${keys.join(', ')}.`,
    { hint: similar === undefined ? 'Name one of these collections.' : `Did you mean ${similar}?` },
  );
}

import { digestOf, generateAccessKey, type AccessKey } from '../../core/secrets/access-key.ts';
import type { ServerState } from './server-state.ts';

type WantedKey = Pick<AccessKey, 'name' | 'right' | 'connectorId' | 'expiresAt'>;

/**
 * Makes a key and stores its hash. This is the only time that the key itself is known.
 * @throws BridgeError STATE_*
 */
export async function makeAccessKey(
  { keys }: Pick<ServerState, 'keys'>,
  wanted: WantedKey,
  now: Date,
): Promise<{ readonly key: string; readonly stored: AccessKey }> {
  const made = newAccessKey(wanted, now);
  await keys.add(made.stored);
  return made;
}

/**
 * Makes the first key of all, unless there is one already: of several servers that start together, one makes it.
 * @returns undefined if there is a key
 * @throws BridgeError STATE_*
 */
export async function makeFirstKey({ keys }: Pick<ServerState, 'keys'>, wanted: WantedKey) {
  const made = newAccessKey(wanted, await keys.now());
  return (await keys.addFirst(made.stored)) ? made : undefined;
}

function newAccessKey(wanted: WantedKey, now: Date): { readonly key: string; readonly stored: AccessKey } {
  const { id, key } = generateAccessKey();
  const stored: AccessKey = {
    ...wanted,
    id,
    hash: digestOf(key).toString('hex'),
    createdAt: now.toISOString(),
    revokedAt: null,
    lastUsedAt: null,
  };
  return { key, stored };
}

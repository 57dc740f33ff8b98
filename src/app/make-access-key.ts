import { digestOf, generateAccessKey, type AccessKey } from '../core/access-key.ts';
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
  const { id, key } = generateAccessKey();
  const stored: AccessKey = {
    ...wanted,
    id,
    hash: digestOf(key).toString('hex'),
    createdAt: now.toISOString(),
    revokedAt: null,
    lastUsedAt: null,
  };
  await keys.add(stored);
  return { key, stored };
}

import { SERVER_ACTOR, type AuditActor } from '../../core/access/audit-log.ts';
import { digestOf, generateAccessKey, type AccessKey } from '../../core/secrets/access-key.ts';
import type { ServerState } from './server-state.ts';

type WantedKey = Pick<AccessKey, 'name' | 'right' | 'connectorId' | 'expiresAt'>;

/**
 * Creates a key and stores its hash. The key itself is available only now.
 * @throws BridgeError STATE_*
 */
export async function makeAccessKey(
  { keys }: Pick<ServerState, 'keys'>,
  wanted: WantedKey,
  now: Date,
  by: AuditActor,
): Promise<{ readonly key: string; readonly stored: AccessKey }> {
  const made = newAccessKey(wanted, now);
  await keys.add(made.stored, by);
  return made;
}

/**
 * Creates the first key, unless a key exists: if several servers start together, only one of them creates it.
 * @returns undefined if a key exists
 * @throws BridgeError STATE_*
 */
export async function makeFirstKey({ keys }: Pick<ServerState, 'keys'>, wanted: WantedKey) {
  const made = newAccessKey(wanted, await keys.now());
  return (await keys.addFirst(made.stored, SERVER_ACTOR)) ? made : undefined;
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

import type { Knex } from 'knex';
import { BridgeError } from '../../core/errors.ts';
import { isSameKey, sealCanary } from '../../core/secrets/managed/canary.ts';
import type { KeyRing } from '../../core/secrets/managed/key-ring.ts';
import { columnsOf, sealedCanaryOf } from './tables.ts';

/**
 * Checks that the current key is the one that was used before under its id, and records its canary at its first use: two keys
 * under one id would leave secrets that neither of them can read all of.
 * @throws BridgeError SECRETS_KEY_WRONG
 */
export async function requireCurrentKey(transaction: Knex, ring: KeyRing, now: Date): Promise<void> {
  const { current } = ring;
  await transaction('managed_secret_keys')
    .insert({ ...columnsOf(sealCanary(current)), created_at: now.toISOString() })
    .onConflict('key_id')
    .ignore();
  const row = await transaction('managed_secret_keys').where({ key_id: current.id }).first();
  if (row !== undefined && isSameKey(sealedCanaryOf(row), ring)) return;
  throw new BridgeError(
    'SECRETS_KEY_WRONG',
    `The key ${current.id} of MANAGED_SECRET_ENCRYPTION_KEY is not the key that was used before under this id. Nothing was changed.`,
    {
      hint: 'Set the former key, or give the new key an id of its own: gemini-sync-bridge secrets new-key --id ID',
    },
  );
}

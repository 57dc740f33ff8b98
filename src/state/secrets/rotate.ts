import type { Knex } from 'knex';
import type { Actor } from '../../core/access/actor.ts';
import { BridgeError } from '../../core/errors.ts';
import { MANAGED_SECRETS_NAMED_MAX } from '../../core/limits.ts';
import { FORMAT_VERSION, open, seal } from '../../core/secrets/managed/cipher.ts';
import type { KeyRing } from '../../core/secrets/managed/key-ring.ts';
import type { RecordEvent } from '../audit/audited-change.ts';
import { requireCurrentKey } from './require-key.ts';
import { columnsOf, SEALED_COLUMNS, sealedSecretOf } from './tables.ts';

/**
 * Encrypts every secret with the current key in the current format. Secrets that have both are only read, so a repetition changes
 * nothing.
 * @throws BridgeError SECRETS_KEY_WRONG, SECRET_UNREADABLE; the transaction must then be rolled back
 */
export async function rotateSecrets(
  transaction: Knex.Transaction,
  record: RecordEvent,
  ring: KeyRing,
  { actor, now }: { readonly actor: Actor; readonly now: Date },
): Promise<number> {
  await requireCurrentKey(transaction, ring, now);
  const names = await transaction('managed_secrets').orderBy('name').pluck('name');
  const unreadable: string[] = [];
  let rotated = 0;
  // One after the other, so that the memory does not grow with their number.
  for (const name of names) {
    const row = await transaction('managed_secrets')
      .where({ name })
      .first(...SEALED_COLUMNS);
    if (row === undefined) continue;
    const before = sealedSecretOf(row);
    const text = open('managed-secret', name, before, ring);
    if (text === undefined) {
      unreadable.push(`${name} (key ${row.key_id})`);
    } else if (row.key_id !== ring.current.id || row.format_version !== FORMAT_VERSION) {
      const sealed = columnsOf(seal('managed-secret', name, text, ring.current, before.limits));
      await transaction('managed_secrets').where({ name }).update(sealed);
      rotated++;
    }
  }
  if (unreadable.length > 0) throw notAllReadable(unreadable);
  const details = { key_id: ring.current.id, secrets: rotated };
  const object = { kind: 'secret', name: '*' };
  await record({ actor, action: 'secret.rotate', object, outcome: 'ok', details }, now);
  return rotated;
}

function notAllReadable(unreadable: readonly string[]): BridgeError {
  const named = unreadable.slice(0, MANAGED_SECRETS_NAMED_MAX);
  const more = unreadable.length - named.length;
  const list = more === 0 ? named.join(', ') : `${named.join(', ')} and ${more} more`;
  return new BridgeError(
    'SECRET_UNREADABLE',
    `Nothing was changed, because these secrets cannot be read with the keys of MANAGED_SECRET_ENCRYPTION_KEY: ${list}.`,
    { hint: 'Add their keys after the first one, or delete these secrets, then rotate again.' },
  );
}

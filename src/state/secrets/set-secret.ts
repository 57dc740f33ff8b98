import type { Knex } from 'knex';
import type { Actor } from '../../core/access/actor.ts';
import { BridgeError } from '../../core/errors.ts';
import { open, seal } from '../../core/secrets/managed/cipher.ts';
import type { KeyRing } from '../../core/secrets/managed/key-ring.ts';
import type { RecordEvent } from '../audit/audited-change.ts';
import { requireCurrentKey } from './require-key.ts';
import { textsIn } from './secret-rows.ts';
import { columnsOf, SEALED_COLUMNS, sealedSecretOf, type ManagedSecretTable } from './tables.ts';

/** A change of one secret. */
export interface SecretChange {
  readonly name: string;
  /** Undefined keeps the stored value. */
  readonly value: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly allowedConnectors: readonly string[];
  readonly note: string;
  /** The keys to encrypt with; called only if the value or its limits change. @throws BridgeError if none are configured */
  readonly keys: () => KeyRing;
}

/** Who changes the store, and when; recorded in the audit log in the same transaction. */
export interface Authorship {
  readonly actor: Actor;
  readonly now: Date;
}

type Before = Pick<ManagedSecretTable, (typeof SEALED_COLUMNS)[number]>;

/** @throws BridgeError SECRETS_KEY_WRONG, SECRET_UNREADABLE, SECRET_VALUE_INVALID or what `keys` throws */
export async function setSecret(
  transaction: Knex.Transaction,
  record: RecordEvent,
  change: SecretChange,
  { actor, now }: Authorship,
): Promise<'created' | 'changed'> {
  const { name, note, allowedHosts, allowedConnectors } = change;
  const before = await transaction('managed_secrets')
    .where({ name })
    .first(...SEALED_COLUMNS);
  const sealed = await sealedAgain(transaction, change, before, now);
  const settings = {
    updated_at: now.toISOString(),
    updated_by: actor.name,
    allowed_hosts: JSON.stringify(allowedHosts),
    allowed_connectors: JSON.stringify(allowedConnectors),
    note,
  };
  if (before !== undefined) {
    await transaction('managed_secrets')
      .where({ name })
      .update({ ...settings, ...sealed });
  } else if (sealed !== undefined) {
    await transaction('managed_secrets').insert({
      name,
      ...sealed,
      ...settings,
      created_at: settings.updated_at,
      created_by: settings.updated_by,
      last_used_at: null,
    });
  }
  const outcome = before === undefined ? 'created' : 'changed';
  const details = {
    result: outcome,
    value_changed: change.value !== undefined,
    key_id: sealed?.key_id ?? before?.key_id ?? null,
    allowed_hosts: allowedHosts.join(' '),
    allowed_connectors: allowedConnectors.join(' '),
  };
  const object = { kind: 'secret', name };
  await record({ actor, action: 'secret.set', object, outcome: 'ok', details }, now);
  return outcome;
}

/** The value with its new limits, encrypted; undefined if neither of them changes. */
async function sealedAgain(
  transaction: Knex.Transaction,
  change: SecretChange,
  before: Before | undefined,
  now: Date,
) {
  const { name, value, allowedHosts, allowedConnectors, keys } = change;
  if (value === undefined) requireNoValue(change, before);
  const limits = [JSON.stringify(allowedHosts), JSON.stringify(allowedConnectors)];
  const isLimitedAsBefore =
    before !== undefined && limits[0] === before.allowed_hosts && limits[1] === before.allowed_connectors;
  if (value === undefined && isLimitedAsBefore) return undefined;
  const ring = keys();
  await requireCurrentKey(transaction, ring, now);
  const text = value ?? openedBefore(name, before, ring);
  return columnsOf(seal('managed-secret', name, text, ring.current, limits));
}

/** @throws BridgeError SECRET_UNREADABLE */
function openedBefore(name: string, before: Before | undefined, ring: KeyRing): string {
  const text = before && open('managed-secret', name, sealedSecretOf(before), ring);
  if (text !== undefined) return text;
  throw new BridgeError(
    'SECRET_UNREADABLE',
    `The limits of ${name} are encrypted with its value, which cannot be opened with the keys of MANAGED_SECRET_ENCRYPTION_KEY. Nothing was changed.`,
    { hint: 'Enter the value together with the limits, or set the former key.' },
  );
}

/**
 * A value must come with a new secret, and with other hosts: otherwise a person who does not know the value could have it sent to
 * a host of their choice.
 * @throws BridgeError SECRET_VALUE_INVALID
 */
function requireNoValue({ name, allowedHosts }: SecretChange, before: Before | undefined): void {
  if (before === undefined) {
    throw new BridgeError(
      'SECRET_VALUE_INVALID',
      `The secret ${name} does not exist yet, so it needs a value.`,
      { hint: 'Enter the value together with the other settings.' },
    );
  }
  const hosts = textsIn(before.allowed_hosts) ?? [];
  const isSame = hosts.length === allowedHosts.length && hosts.every((host) => allowedHosts.includes(host));
  if (isSame) return;
  throw new BridgeError(
    'SECRET_VALUE_INVALID',
    `The hosts that ${name} may be sent to change, so its value must be entered again. Nothing was changed.`,
    { hint: 'Enter the value together with the hosts, or leave the hosts as they are.' },
  );
}

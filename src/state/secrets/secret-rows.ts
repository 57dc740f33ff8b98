import type { Database } from '../../database/database.ts';
import { withStateErrors } from '../../database/with-state-errors.ts';
import type { Sealed } from '../../core/secrets/managed/cipher.ts';
import { SEALED_COLUMNS, sealedSecretOf, type ManagedSecretTable } from './tables.ts';

/** A stored secret as it is needed for its use. */
export interface StoredSecret {
  readonly name: string;
  readonly sealed: Sealed;
  /** Undefined if the row was damaged, so that it allows nothing. */
  readonly allowedHosts: readonly string[] | undefined;
  readonly allowedConnectors: readonly string[] | undefined;
  readonly lastUsedAt: string | null;
}

/** Reads stored secrets for their use. Every method: @throws BridgeError STATE_* */
export interface SecretRows {
  /** @returns those that exist, without those that do not */
  read(names: readonly string[]): Promise<StoredSecret[]>;
  /** Records the time of the use, rounded to the hour. Does nothing in a state that was opened to be read. */
  noteUse(names: readonly string[], now: Date): Promise<void>;
}

/** Reads the stored secrets of an open state. */
export function secretRows(database: Database, { readOnly }: { readonly readOnly: boolean }): SecretRows {
  const guarded = withStateErrors(database);
  return {
    read: guarded((on, names: readonly string[]) => readSecrets(on, names)),
    noteUse: readOnly ? () => Promise.resolve() : guarded(noteSecretUse),
  };
}

/** @param names undefined: all of them */
export async function readSecrets(
  { knex }: Pick<Database, 'knex'>,
  names?: readonly string[],
): Promise<StoredSecret[]> {
  const columns = ['name', ...SEALED_COLUMNS, 'last_used_at'] as const;
  const query = knex('managed_secrets')
    .orderBy('name')
    .select(...columns);
  const rows = await (names === undefined ? query : query.whereIn('name', names));
  return rows.map((row) => ({
    name: row.name,
    sealed: sealedSecretOf(row),
    allowedHosts: textsIn(row.allowed_hosts),
    allowedConnectors: textsIn(row.allowed_connectors),
    lastUsedAt: row.last_used_at,
  }));
}

export async function noteSecretUse(
  { knex }: Pick<Database, 'knex'>,
  names: readonly string[],
  now: Date,
): Promise<void> {
  const hour = hourOf(now);
  await knex('managed_secrets')
    .whereIn('name', names)
    .where((query) => {
      void query.whereNull('last_used_at').orWhere('last_used_at', '<', hour);
    })
    .update({ last_used_at: hour });
}

export function hourOf(now: Date): string {
  const hour = new Date(now);
  hour.setUTCMinutes(0, 0, 0);
  return hour.toISOString();
}

/** The strings of a JSON array; undefined for any other text. */
export function textsIn(json: ManagedSecretTable['allowed_hosts']): string[] | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (!Array.isArray(value)) return undefined;
    const texts = value.filter((item): item is string => typeof item === 'string');
    return texts.length === value.length ? texts : undefined;
  } catch {
    return undefined;
  }
}

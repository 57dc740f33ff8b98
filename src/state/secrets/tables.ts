import type { Sealed } from '../../core/secrets/managed/cipher.ts';
import { bytesOf, type StoredBytes } from '../stored-bytes.ts';

/** An encrypted text in its columns. */
export interface SealedColumns {
  key_id: string;
  format_version: number;
  nonce: StoredBytes;
  ciphertext: StoredBytes;
  tag: StoredBytes;
}

export interface ManagedSecretTable extends SealedColumns {
  name: string;
  created_at: string;
  created_by: string;
  updated_at: string;
  updated_by: string;
  last_used_at: string | null;
  allowed_hosts: string;
  allowed_connectors: string;
  note: string;
}

interface ManagedSecretKeyTable extends SealedColumns {
  created_at: string;
}

declare module 'knex/types/tables.js' {
  interface Tables {
    managed_secrets: ManagedSecretTable;
    managed_secret_keys: ManagedSecretKeyTable;
  }
}

/** The columns that the value of a secret is opened with. */
export const SEALED_COLUMNS = [
  ...(['key_id', 'format_version', 'nonce', 'ciphertext', 'tag'] as const),
  ...(['allowed_hosts', 'allowed_connectors'] as const),
] as const;

export function sealedSecretOf(row: Pick<ManagedSecretTable, (typeof SEALED_COLUMNS)[number]>): Sealed {
  return sealedOf(row, [row.allowed_hosts, row.allowed_connectors]);
}

export function sealedCanaryOf(row: SealedColumns): Sealed {
  return sealedOf(row, []);
}

function sealedOf(row: SealedColumns, limits: Sealed['limits']): Sealed {
  return {
    limits,
    keyId: row.key_id,
    formatVersion: row.format_version,
    nonce: bytesOf(row.nonce),
    ciphertext: bytesOf(row.ciphertext),
    tag: bytesOf(row.tag),
  };
}

export function columnsOf({ keyId, formatVersion, nonce, ciphertext, tag }: Sealed): SealedColumns {
  return { key_id: keyId, format_version: formatVersion, nonce, ciphertext, tag };
}

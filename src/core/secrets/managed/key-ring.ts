import { randomBytes } from 'node:crypto';
import { BridgeError } from '../../errors.ts';
import { MANAGED_KEY_DISTINCT_BYTES_MIN, MANAGED_KEYS_MAX } from '../../limits.ts';

/** The length of a key of AES-256. */
const KEY_BYTES = 32;
const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;
/** 32 bytes in base64; the last letter before the padding has two bits that must be zero, which the decoder does not check. */
const KEY_TEXT = /^[A-Za-z0-9+/]{43}=$/;
const NEW_KEY_HINT = 'Make a key with: gemini-sync-bridge secrets new-key';

/** A key that encrypts managed secrets. */
export interface ManagedKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** The keys of MANAGED_SECRET_ENCRYPTION_KEY: the first one encrypts, and all of them decrypt. */
export interface KeyRing {
  readonly current: ManagedKey;
  /** All keys, the current one first. */
  readonly keys: readonly ManagedKey[];
  find(id: string): ManagedKey | undefined;
}

export function isManagedKeyId(text: string): boolean {
  return KEY_ID.test(text);
}

/** A new random key, in the form of an entry of MANAGED_SECRET_ENCRYPTION_KEY. */
export function newKeyEntry(id: string): string {
  return `${id}:${randomBytes(KEY_BYTES).toString('base64')}`;
}

/**
 * Reads `id:base64,id:base64`. Entries may also be on lines of their own.
 * @param variable for messages, which never contain a part of the text besides the ids
 * @throws BridgeError ENVIRONMENT_INVALID for anything that is not a list of random keys with different ids
 */
export function parseKeyRing(text: string, variable: string): KeyRing {
  const entries = text
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length === 0) throw invalid(variable, 'has no key');
  if (entries.length > MANAGED_KEYS_MAX) {
    throw invalid(variable, `has ${entries.length} keys, and at most ${MANAGED_KEYS_MAX} are allowed`);
  }
  const keys = entries.map((entry, index) => parseEntry(entry, index + 1, variable));
  const [current] = keys;
  if (current === undefined) throw invalid(variable, 'has no key');
  requireDifferent(keys, variable);
  const byId = new Map(keys.map((key) => [key.id, key]));
  return { current, keys, find: (id) => byId.get(id) };
}

/** The texts in a list of keys that must never be shown, whether or not the list is valid. */
export function secretTextsOf(text: string): string[] {
  const entries = text.split(/[,\n]/).map((entry) => entry.trim());
  const parts = entries.map((entry) => entry.slice(entry.indexOf(':') + 1));
  return [text.trim(), ...entries, ...parts].filter((part) => part.length >= SECRET_TEXT_LENGTH_MIN);
}

/** A shorter text cannot be a key, and would redact ordinary words. */
const SECRET_TEXT_LENGTH_MIN = 8;

function parseEntry(entry: string, position: number, variable: string): ManagedKey {
  const separator = entry.indexOf(':');
  const id = entry.slice(0, Math.max(separator, 0));
  if (!isManagedKeyId(id)) {
    throw invalid(
      variable,
      `has an entry (number ${position}) that does not begin with a key id and a colon`,
    );
  }
  const encoded = entry.slice(separator + 1);
  const bytes = Buffer.from(encoded, 'base64');
  if (!KEY_TEXT.test(encoded) || bytes.length !== KEY_BYTES || bytes.toString('base64') !== encoded) {
    throw invalid(variable, `has a key ${id} that is not exactly ${KEY_BYTES} bytes in base64`);
  }
  if (new Set(bytes).size < MANAGED_KEY_DISTINCT_BYTES_MIN) {
    throw invalid(variable, `has a key ${id} that is not random`);
  }
  return { id, bytes };
}

function requireDifferent(keys: readonly ManagedKey[], variable: string): void {
  for (const [index, { id, bytes }] of keys.entries()) {
    for (const earlier of keys.slice(0, index)) {
      if (earlier.id === id) throw invalid(variable, `has the key id ${id} twice`);
      if (earlier.bytes.equals(bytes)) {
        throw invalid(variable, `has the same key under two ids, ${earlier.id} and ${id}`);
      }
    }
  }
}

function invalid(variable: string, fault: string): BridgeError {
  return new BridgeError('ENVIRONMENT_INVALID', `${variable} ${fault}.`, {
    hint: `${NEW_KEY_HINT}. Write entries as ID:KEY, separated by commas, the newest first.`,
  });
}

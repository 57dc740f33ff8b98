import { closeSync, openSync, readSync } from 'node:fs';
import { BridgeError } from '../../core/errors.ts';
import { MANAGED_KEY_FILE_BYTES_MAX } from '../limits.ts';
import { parseKeyRing, secretTextsOf, type KeyRing } from '../../core/secrets/managed/key-ring.ts';
import type { Redactor } from '../../core/secrets/redact.ts';

const VARIABLE = 'MANAGED_SECRET_ENCRYPTION_KEY';
const FILE_VARIABLE = 'MANAGED_SECRET_ENCRYPTION_KEY_FILE';

/** The variables that a process needs to open stored secrets. */
export const MANAGED_KEY_VARIABLES: readonly string[] = [VARIABLE, FILE_VARIABLE];

/**
 * Reads the keys that encrypt stored secrets. They have no default.
 * @param redactor gets each key, also of a list that is not valid
 * @returns undefined if none are configured
 * @throws BridgeError ENVIRONMENT_INVALID
 */
export function readManagedKeys(
  env: Readonly<Record<string, string | undefined>>,
  redactor: Pick<Redactor, 'add'>,
): KeyRing | undefined {
  const text = env[VARIABLE] ?? '';
  const file = env[FILE_VARIABLE] ?? '';
  if (text !== '' && file !== '') {
    throw new BridgeError('ENVIRONMENT_INVALID', `${VARIABLE} and ${FILE_VARIABLE} are both set.`, {
      hint: 'Unset one of them.',
    });
  }
  if (file === '') return text === '' ? undefined : parseKeyRing(text, VARIABLE);
  const content = contentOf(file);
  for (const secret of secretTextsOf(content)) redactor.add(secret);
  return parseKeyRing(content, FILE_VARIABLE);
}

/** The keys of the environment as texts that must not be shown. */
export function managedKeySecrets(env: Readonly<Record<string, string | undefined>>): string[] {
  return secretTextsOf(env[VARIABLE] ?? '');
}

function contentOf(file: string): string {
  // One byte more, so that a longer file is noticed; a device such as /dev/zero never ends.
  const buffer = Buffer.alloc(MANAGED_KEY_FILE_BYTES_MAX + 1);
  let length = 0;
  try {
    const descriptor = openSync(file, 'r');
    try {
      let read = -1;
      while (read !== 0 && length < buffer.length) {
        read = readSync(descriptor, buffer, length, buffer.length - length, null);
        length += read;
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (thrown) {
    throw new BridgeError('ENVIRONMENT_INVALID', `The file of ${FILE_VARIABLE} cannot be read.`, {
      cause: thrown,
      hint: 'Check its path and its permissions.',
    });
  }
  if (length <= MANAGED_KEY_FILE_BYTES_MAX) return buffer.toString('utf8', 0, length);
  throw new BridgeError(
    'ENVIRONMENT_INVALID',
    `The file of ${FILE_VARIABLE} has more than ${MANAGED_KEY_FILE_BYTES_MAX} bytes.`,
    { hint: 'Name a file that has only keys: gemini-sync-bridge secrets new-key > FILE' },
  );
}

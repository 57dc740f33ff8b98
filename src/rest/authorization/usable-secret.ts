import { isConnectionString } from '../../core/secrets/connection-string.ts';
import { BridgeError } from '../../core/errors.ts';

/** The position of a secret in a request: literal in a header, or encoded, which allows any text on one line. */
export type SecretPlace = 'header' | 'encoded';

/**
 * Removes surrounding whitespace. A file that was read into a variable ends in a line break, which is not part of the secret and
 * would break a header.
 * @throws BridgeError SECRET_INVALID
 */
export function usable(value: string, ref: string, place: SecretPlace): string {
  const trimmed = value.trim();
  if (isConnectionString(trimmed)) {
    throw new BridgeError(
      'SECRET_INVALID',
      `The secret ${ref} is a connection string, which is never sent to an API.`,
      {
        hint: 'Name the secret with the token of this API; a connection string belongs to a database source.',
      },
    );
  }
  // A header can carry only these characters. RFC 7617 and forms encode UTF-8, so only control characters and surrogates are
  // excluded.
  const allowed = place === 'header' ? /^[\x20-\x7e]+$/ : /^[^\p{Cc}\p{Cs}]+$/u;
  if (allowed.test(trimmed)) return trimmed;
  throw new BridgeError('SECRET_INVALID', `The secret ${ref} cannot be sent to an API.`, {
    hint:
      place === 'header'
        ? 'A secret in a header may have letters, digits and signs of ASCII, on one line.'
        : 'It must not be empty, and must be one line without control characters.',
  });
}

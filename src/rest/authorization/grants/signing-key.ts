import { createPrivateKey, type KeyObject } from 'node:crypto';
import { BridgeError } from '../../../core/errors.ts';
import type { Redactor } from '../../../core/secrets/redact.ts';
import { RSA_KEY_BITS_MIN } from '../../limits.ts';
import type { TokenAlgorithm } from './signed-token.ts';

export interface SigningKey {
  readonly key: KeyObject;
  readonly algorithm: TokenAlgorithm;
  /** The owner of the key, from the key file of a Google service account. */
  readonly account: { readonly email: string; readonly keyId: string | undefined } | undefined;
}

/**
 * Reads a private key from PEM, or from the JSON key file of a Google service account.
 * @param ref the name of the secret, for messages
 * @throws BridgeError SECRET_INVALID
 */
export function readSigningKey(secret: string, ref: string, redactor: Redactor): SigningKey {
  redactor.add(secret.trim());
  const file = secret.trimStart().startsWith('{') ? readKeyFile(secret, ref) : undefined;
  // Environment variables often have line breaks as the two characters \n.
  const pem = (file?.pem ?? secret).replaceAll(String.raw`\n`, '\n').trim();
  redactor.add(pem);
  const key = readPem(pem, ref);
  return { key, algorithm: algorithmOf(key, ref), account: file?.account };
}

function readKeyFile(secret: string, ref: string) {
  const members = membersOf(secret);
  const { private_key: pem, client_email: email, private_key_id: keyId } = members;
  if (typeof pem === 'string' && typeof email === 'string') {
    return { pem, account: { email, keyId: typeof keyId === 'string' ? keyId : undefined } };
  }
  throw invalid(
    ref,
    'is JSON, but not the key file of a Google service account with private_key and client_email',
  );
}

function membersOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

function readPem(pem: string, ref: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // The message of the library is not passed on, because it may quote the key.
    const what = pem.includes('ENCRYPTED')
      ? 'is a private key with a passphrase, which is not supported'
      : 'is not a private key in PEM, and not the key file of a Google service account';
    throw invalid(ref, what);
  }
}

function algorithmOf(key: KeyObject, ref: string): TokenAlgorithm {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= RSA_KEY_BITS_MIN) return 'RS256';
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return 'ES256';
  throw invalid(ref, `is a private key that can sign neither RS256 with ${RSA_KEY_BITS_MIN} bits nor ES256`);
}

function invalid(ref: string, what: string): BridgeError {
  return new BridgeError('SECRET_INVALID', `The secret ${ref} ${what}.`, {
    hint: 'Set it to an RSA key of at least 2048 bits or a P-256 key in PEM, from -----BEGIN to END-----, or to the JSON key file.',
  });
}

import { sign, type KeyObject } from 'node:crypto';

/** The signature algorithms of RFC 7518 that are used here. */
export type TokenAlgorithm = 'RS256' | 'ES256';

/** Returns a JSON Web Token (RFC 7519) with these claims. */
export function signedToken(
  key: KeyObject,
  algorithm: TokenAlgorithm,
  keyId: string | undefined,
  claims: Readonly<Record<string, string | number>>,
): string {
  const header = { alg: algorithm, typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) };
  const content = `${encoded(header)}.${encoded(claims)}`;
  // RFC 7518 defines the signature of ES256 as both numbers without ASN.1; the encoding does not apply to RSA.
  const signature = sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' });
  return `${content}.${signature.toString('base64url')}`;
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

import type { OAuthSpec } from '../../definitions/rest/types.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import { usable } from './usable-secret.ts';

interface ClientAuthentication {
  readonly headers: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * How the client identifies itself in token requests: with its secret (RFC 6749, section 2.3.1), or, as a public client, by its
 * name only. A client that signs its requests is named by the signed token.
 * @param secret reads a secret by its ref
 * @throws BridgeError SECRET_*
 */
export function clientAuthentication(
  { grantType, clientId, clientSecretRef, clientAuthMethod }: OAuthSpec,
  secret: (ref: string) => string,
  redactor: Redactor,
): ClientAuthentication {
  if (clientSecretRef === undefined) {
    const isNamed = clientId !== undefined && grantType !== 'jwt_bearer';
    return { headers: {}, parameters: isNamed ? { client_id: clientId } : {} };
  }
  const value = usable(secret(clientSecretRef), clientSecretRef, 'encoded');
  const name = clientId ?? '';
  redactor.add(value);
  if (clientAuthMethod === 'client_secret_post') {
    return { headers: {}, parameters: { client_id: name, client_secret: value } };
  }
  // RFC 6749, 2.3.1: both values are form-encoded first.
  const encoded = Buffer.from(`${formEncoded(name)}:${formEncoded(value)}`).toString('base64');
  redactor.add(encoded);
  redactor.add(formEncoded(value));
  return { headers: { authorization: `Basic ${encoded}` }, parameters: {} };
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

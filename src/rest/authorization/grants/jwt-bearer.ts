import { randomUUID } from 'node:crypto';
import { BridgeError } from '../../../core/errors.ts';
import { ASSERTION_SECONDS } from '../../limits.ts';
import type { OpenGrant } from './grant.ts';
import { readSigningKey } from './signing-key.ts';
import { signedToken } from './signed-token.ts';

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** RFC 7523: a token that is signed with a private key, as service accounts use it. */
export const jwtBearer: OpenGrant = (spec, { secret, redactor, words }) => {
  const { privateKeyRef = '', clientId, tokenUrl, assertionAudience, scopes = [] } = spec;
  const { key, algorithm, account } = readSigningKey(secret(privateKeyRef), privateKeyRef, redactor);
  const issuer = spec.issuer ?? account?.email ?? clientId;
  if (issuer === undefined) {
    throw new BridgeError('CONNECTOR_INVALID', `${words.at('oauth.issuer')} is missing.`, {
      hint: `Set ${words.at('oauth.issuer')} or clientId: the secret ${privateKeyRef} is only a key, which does not name its owner.`,
    });
  }
  // To Google, a subject is a user for whom the service account acts, which requires a permission of its own.
  const subject = spec.subject ?? (account === undefined ? issuer : undefined);
  const keyId = spec.keyId ?? account?.keyId;
  return {
    parameters(now) {
      const seconds = Math.floor(now.getTime() / 1_000);
      const assertion = signedToken(key, algorithm, keyId, {
        iss: issuer,
        ...(subject === undefined ? {} : { sub: subject }),
        aud: assertionAudience ?? tokenUrl,
        iat: seconds,
        exp: seconds + ASSERTION_SECONDS,
        jti: randomUUID(),
        // Google reads the scopes here, other providers in the request.
        ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
      });
      redactor.addToken(assertion);
      return { grant_type: GRANT_TYPE, assertion };
    },
    fields: ['issuer, subject, assertionAudience, keyId', 'the secret of privateKeyRef'],
  };
};

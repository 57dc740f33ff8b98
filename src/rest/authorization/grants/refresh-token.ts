import { usable } from '../usable-secret.ts';
import type { OpenGrant } from './grant.ts';

/** RFC 6749, section 6: a refresh token that a person obtained once by logging in. */
export const refreshToken: OpenGrant = (
  { refreshTokenRef = '' },
  { secret, redactor, refreshTokens, log },
) => {
  const first = usable(secret(refreshTokenRef), refreshTokenRef, 'encoded');
  redactor.add(first);
  const newest = () => refreshTokens.get(refreshTokenRef) ?? first;
  return {
    parameters: () => ({ grant_type: 'refresh_token', refresh_token: newest() }),
    fields: ['the secret of refreshTokenRef, which may be expired, revoked or replaced by a newer one'],
    accept({ refresh_token: next }) {
      if (typeof next !== 'string' || next === '' || next === newest()) return;
      redactor.add(next);
      if (!refreshTokens.has(refreshTokenRef)) {
        log.warn(
          'the token endpoint issued a new refresh token, which is used until this process ends and is not stored; if the endpoint no longer accepts the old one, the next run fails: configure the provider to keep refresh tokens, or use another grant',
          { secret: refreshTokenRef },
        );
      }
      refreshTokens.set(refreshTokenRef, next);
    },
  };
};

import { usable } from '../usable-secret.ts';
import type { OpenGrant } from './grant.ts';

/** RFC 6749, section 4.3: the password of a user, as older identity providers such as ADFS still require. */
export const password: OpenGrant = ({ username = '', passwordRef = '' }, { secret, redactor }) => {
  const value = usable(secret(passwordRef), passwordRef, 'encoded');
  redactor.add(value);
  return {
    parameters: () => ({ grant_type: 'password', username, password: value }),
    fields: ['username', 'the secret of passwordRef'],
  };
};

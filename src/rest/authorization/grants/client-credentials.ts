import type { OpenGrant } from './grant.ts';

/** RFC 6749, section 4.4: the client acts for itself, so its authentication is all that the request needs. */
export const clientCredentials: OpenGrant = () => ({
  parameters: () => ({ grant_type: 'client_credentials' }),
  fields: [],
});

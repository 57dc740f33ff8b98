import { BridgeError } from '../../core/errors.ts';
import { sharedListing } from '../../definitions/app/listing-of-collection.ts';
import type { App } from '../../definitions/app/types.ts';
import { isCredentialHeader, leavesInClear } from '../../definitions/connector/rules/plaintext.ts';
import { secretRefsOf } from '../../definitions/connector/secrets/secret-references.ts';
import type { Permit } from '../../policy/permit.ts';
import type { ReaderPorts, RequestReceiver } from '../../rest/reader.ts';

/** The fields with the addresses. */
const FIELDS: Readonly<Record<RequestReceiver, string>> = {
  api: 'baseUrl',
  token: 'oauth.tokenUrl',
  login: 'login.url',
};

/**
 * Decides right before each request of an app whether it may be sent, also after redirects and links to next pages.
 * @returns a function that throws BridgeError POLICY_REFUSED or APP_INVALID
 */
export function requestPermit(app: App, permit: Permit): ReaderPorts['admit'] {
  const { connector } = sharedListing(app);
  const refsOf = (receiver: RequestReceiver) => secretRefsOf(connector, receiver);
  const refsByReceiver = { api: refsOf('api'), token: refsOf('token'), login: refsOf('login') };
  const isAuthorized = refsByReceiver.api.length > 0 || app.spec.oauth !== undefined || hasCredentials(app);
  return (address, receiver) => {
    const refs = refsByReceiver[receiver];
    const { hostname, port, protocol, origin } = new URL(address);
    const portByDefault = protocol === 'https:' ? 443 : 80;
    const server = { host: hostname, port: port === '' ? portByDefault : Number(port) };
    permit.server(server, refs);
    const isSecret = receiver === 'api' ? isAuthorized : true;
    if (!isSecret || !leavesInClear(address) || permit.inClear(server, refs)) return;
    throw new BridgeError(
      'APP_INVALID',
      `A request to ${origin} would carry credentials over unencrypted http, so it was not sent.`,
      { hint: `Write an https:// address in spec.${FIELDS[receiver]}.` },
    );
  };
}

function hasCredentials({ spec }: App): boolean {
  return [spec.headers, ...spec.collections.map(({ headers }) => headers)].some((headers = {}) =>
    Object.keys(headers).some(isCredentialHeader),
  );
}

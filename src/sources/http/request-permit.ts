import { isCredentialHeader, leavesInClear } from '../../definitions/connector/rules/plaintext.ts';
import { secretRefsOf } from '../../definitions/connector/secrets/secret-references.ts';
import type { HttpSourceSpec } from '../../definitions/connector/types.ts';
import { BridgeError } from '../../core/errors.ts';
import type { ReaderPorts, RequestReceiver } from '../../rest/reader.ts';
import type { SourcePermit, SourceServer } from '../permit.ts';

/** The fields with the addresses. */
const FIELDS: Readonly<Record<RequestReceiver, string>> = {
  api: 'url',
  token: 'oauth.tokenUrl',
  login: 'login.url',
};

/**
 * Decides right before each request whether it may be sent. `validate` makes the same decision from the file. This is the last
 * check before the network, after redirects and links to next pages.
 * @returns a function that throws BridgeError POLICY_REFUSED or CONNECTOR_INVALID
 */
export function requestPermit(source: HttpSourceSpec, permit: SourcePermit): ReaderPorts['admit'] {
  const refsOf = (receiver: RequestReceiver) => secretRefsOf({ spec: { source } }, receiver);
  const refsByReceiver = { api: refsOf('api'), token: refsOf('token'), login: refsOf('login') };
  const { headers = {}, oauth } = source;
  // A public client has no secret, but gets a token.
  const isAuthorized =
    refsByReceiver.api.length > 0 || oauth !== undefined || Object.keys(headers).some(isCredentialHeader);
  return (address, receiver) => {
    const refs = refsByReceiver[receiver];
    const hasCredentials = receiver === 'api' ? isAuthorized : true;
    const server = serverOf(address);
    permit.server(server, refs);
    if (!hasCredentials || !leavesInClear(address) || permit.inClear(server, refs)) return;
    throw new BridgeError(
      'CONNECTOR_INVALID',
      `A request to ${new URL(address).origin} would carry credentials over unencrypted http, so it was not sent.`,
      { hint: `Write an https:// address in source.${FIELDS[receiver]}.` },
    );
  };
}

function serverOf(address: string): SourceServer {
  const { hostname, port, protocol } = new URL(address);
  const portByDefault = protocol === 'https:' ? 443 : 80;
  return { host: hostname, port: port === '' ? portByDefault : Number(port) };
}

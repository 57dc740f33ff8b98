import { isCredentialHeader, leavesInClear } from '../../definitions/connector/rules/plaintext.ts';
import type { HttpSourceSpec } from '../../definitions/connector/types.ts';
import { BridgeError } from '../../core/errors.ts';
import type { SourcePermit, SourceServer } from '../permit.ts';

/**
 * Decides right before each request whether it may be sent. `validate` makes the same decision from the file. This is the last
 * check before the network, after redirects and links to next pages.
 * @returns a function that throws BridgeError POLICY_REFUSED or CONNECTOR_INVALID
 */
export function requestPermit(spec: HttpSourceSpec, permit: SourcePermit): (address: string) => void {
  const { secretRef, oauth, headers = {} } = spec;
  // A token that was obtained with the client secret needs the same protection as the secret.
  const refs = [secretRef, oauth?.clientSecretRef].filter((ref) => ref !== undefined);
  const hasCredentials = refs.length > 0 || Object.keys(headers).some(isCredentialHeader);
  return (address) => {
    const server = serverOf(address);
    permit.server(server, refs);
    if (!hasCredentials || !leavesInClear(address) || permit.inClear(server, refs)) return;
    throw new BridgeError(
      'CONNECTOR_INVALID',
      `A request to ${new URL(address).origin} would carry credentials over unencrypted http, so it was not sent.`,
      { hint: 'Write an https:// address in source.url.' },
    );
  };
}

function serverOf(address: string): SourceServer {
  const { hostname, port, protocol } = new URL(address);
  const portByDefault = protocol === 'https:' ? 443 : 80;
  return { host: hostname, port: port === '' ? portByDefault : Number(port) };
}

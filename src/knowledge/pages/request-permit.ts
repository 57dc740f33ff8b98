import { isCredentialHeader, leavesInClear } from '../../definitions/connector/rules/plaintext.ts';
import { invalidSource } from '../source/source.ts';

interface Server {
  readonly host: string;
  readonly port: number;
}

/** The operator's policy for one source. `server` throws BridgeError POLICY_REFUSED. */
export interface KnowledgePermit {
  /** @param secretRefs the names of the secrets that are sent there */
  server(server: Server, secretRefs: readonly string[]): void;
  /** Whether secrets may be sent unencrypted to a server other than this machine. */
  inClear(server: Server, secretRefs: readonly string[]): boolean;
}

/**
 * Decides right before each request whether it may be sent, also after redirects and to next addresses.
 * @returns a function that throws BridgeError POLICY_REFUSED or KNOWLEDGE_SOURCE_INVALID
 */
export function requestPermit(
  { secretRef, headers }: { secretRef: string | undefined; headers: Readonly<Record<string, string>> },
  permit: KnowledgePermit,
): (address: string) => void {
  const refs = secretRef === undefined ? [] : [secretRef];
  const hasCredentials = secretRef !== undefined || Object.keys(headers).some(isCredentialHeader);
  return (address) => {
    const { hostname, port, protocol, origin } = new URL(address);
    const portByDefault = protocol === 'https:' ? 443 : 80;
    const server = { host: hostname, port: port === '' ? portByDefault : Number(port) };
    permit.server(server, refs);
    if (!hasCredentials || !leavesInClear(address) || permit.inClear(server, refs)) return;
    throw invalidSource(
      `A request to ${origin} would carry credentials over unencrypted http, so it was not sent.`,
    );
  };
}

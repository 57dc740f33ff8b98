import { isLoopback } from '../../../core/endpoint.ts';
import { textAt, valueAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';

/** Headers that carry credentials. */
const CREDENTIAL_HEADER = /^(?:authorization|proxy-authorization|cookie|x-api-key|api-key)$/i;

export function isCredentialHeader(name: string): boolean {
  return CREDENTIAL_HEADER.test(name);
}

/** Whether a request to this address leaves the machine without encryption. */
export function leavesInClear(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return url.protocol === 'http:' && !isLoopback(url);
}

/** The addresses that receive credentials; the schema requires https of the token endpoint. */
const URL_PATHS = ['url', 'parents.url', 'detail.url', 'login.url', 'job.start.url', 'job.poll.url'].map(
  (key) => `spec.source.${key}`,
);
const CREDENTIAL_KEYS = ['secretRef', 'oauth', 'login', 'secretHeaders', 'signing'];

/**
 * A credential must not leave the machine without encryption, because everyone on the network path could read it.
 * @param allows whether the operator's policy allows it for this address
 */
export function plaintextFindings(connector: unknown, allows: (address: string) => boolean): FieldFinding[] {
  if (textAt(connector, 'spec.source.type') !== 'http' || !hasCredentials(connector)) return [];
  return URL_PATHS.flatMap((path): FieldFinding[] => {
    const address = textAt(connector, path);
    if (address === undefined || !leavesInClear(address) || allows(address)) return [];
    return [inClearFinding(path)];
  });
}

/** @param path the field with an address that would get credentials without encryption */
export function inClearFinding(path: string): FieldFinding {
  return {
    code: 'secret_in_clear',
    path,
    message: 'The credentials would be sent over unencrypted http, where everyone on the way can read them.',
    fix: 'https:// in place of http://; or the host in plaintextHosts of the policy, if the network encrypts',
  };
}

function hasCredentials(connector: unknown): boolean {
  const given = CREDENTIAL_KEYS.some((key) => valueAt(connector, `spec.source.${key}`) !== undefined);
  const headers = valueAt(connector, 'spec.source.headers');
  return (
    given ||
    (typeof headers === 'object' && headers !== null && Object.keys(headers).some(isCredentialHeader))
  );
}

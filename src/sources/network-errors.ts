import { types } from 'node:util';
import { tlsFaultOfCode, tlsFaultOfWords, tlsHint, type TlsHints } from '../net/tls-faults.ts';
import { LOST, type Verdict } from './verdicts.ts';

/** What to do about certificates, in the words of one kind of server. */
export interface CertificateHints extends TlsHints {
  /** A file with certificates or a key cannot be read. */
  readonly files: string;
}

const BY_NODE_CODE: Readonly<Record<string, Verdict>> = {
  ENOTFOUND: {
    code: 'SOURCE_UNREACHABLE',
    hint: 'Check the host name in the secret, and DNS on this machine.',
  },
  EAI_AGAIN: { code: 'SOURCE_UNREACHABLE', hint: 'The name server did not answer; try again later.' },
  ECONNREFUSED: {
    code: 'SOURCE_UNREACHABLE',
    hint: 'Check host and port in the secret, and that the server runs.',
  },
  EHOSTUNREACH: { code: 'SOURCE_UNREACHABLE', hint: 'Check the network and the firewalls on the way.' },
  ENETUNREACH: { code: 'SOURCE_UNREACHABLE', hint: 'Check the network and the firewalls on the way.' },
  ETIMEDOUT: { code: 'SOURCE_TIMEOUT', hint: 'Check the network and the firewalls on the way.' },
  ECONNRESET: LOST,
  EPIPE: LOST,
};

const FILE_CODES = new Set(['ENOENT', 'EACCES', 'EISDIR']);

/** What an error of Node's own says about the way to a server; undefined for any other. */
export function networkVerdict(code: string, certificate: CertificateHints): Verdict | undefined {
  const known = BY_NODE_CODE[code];
  if (known !== undefined) return known;
  if (FILE_CODES.has(code)) return { code: 'SOURCE_TLS', hint: certificate.files };
  const fault = tlsFaultOfCode(code);
  return fault === undefined ? undefined : { code: 'SOURCE_TLS', hint: tlsHint(fault, certificate) };
}

/** The same by the words of an error to which a driver gave a code of its own. */
export function certificateVerdict(message: string, certificate: TlsHints): Verdict | undefined {
  const fault = tlsFaultOfWords(message);
  return fault === undefined ? undefined : { code: 'SOURCE_TLS', hint: tlsHint(fault, certificate) };
}

/** Also for errors that Node made outside of a sandbox, which `instanceof` does not know. */
export function asError(thrown: unknown): Error {
  return types.isNativeError(thrown) ? thrown : new Error(String(thrown));
}

/** The code that Node or a driver put on an error; empty if there is none. */
export function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Trying several addresses of a host fails without a message of its own. */
export function messageOf(error: Error): string {
  if (error.message === '' && 'errors' in error && Array.isArray(error.errors)) {
    return error.errors.map(String).join('; ');
  }
  return error.message;
}

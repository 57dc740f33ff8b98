import { certificateVerdict, codeOf, networkVerdict, type CertificateHints } from './network-errors.ts';
import { OTHER, OTHER_OF_DRIVER, type Verdict } from './verdicts.ts';

/** What a session did when it failed: it was connecting, which ends when the query is asked about, or it was at the query. */
export type Phase = 'connect' | 'query';

/** A verdict on some errors of a driver. Each condition that is there must hold. */
interface Rule {
  readonly phase?: Phase;
  /** Of the codes of the error, from the most to the least special, one must match. */
  readonly codes?: RegExp;
  readonly words?: RegExp;
  readonly verdict: Verdict;
}

/** What the errors of one driver mean. */
export interface VerdictTable {
  /** The first that fits counts, before what the network said, and `byCode`. */
  readonly rules: readonly Rule[];
  readonly byCode: Readonly<Record<string, Verdict | undefined>>;
  readonly certificate: CertificateHints;
}

/** An error as its driver threw it. */
export interface DriverError {
  readonly error: Error;
  /** What the network said within it; the error itself, unless the driver wraps. */
  readonly network?: readonly Error[];
  /** Its codes from the most to the least special, such as a SQLSTATE and its class; empty if there is none. */
  readonly codes: readonly string[];
  /** Whether the server made it; its words then mean nothing about the network. */
  readonly fromServer: boolean;
}

/** What an error means, by the phase in which it came up, its codes, and its words, in the order of the table. */
export function findVerdict(
  { rules, byCode, certificate }: VerdictTable,
  { error, network = [error], codes, fromServer }: DriverError,
  phase: Phase,
): Verdict {
  const rule = rules.find(
    (candidate) =>
      (candidate.phase ?? phase) === phase &&
      (candidate.codes === undefined || codes.some((code) => candidate.codes?.test(code))) &&
      (candidate.words?.test(error.message) ?? true),
  );
  if (rule !== undefined) return rule.verdict;
  if (!fromServer) {
    for (const one of network) {
      const verdict = socketVerdict(one) ?? networkVerdict(codeOf(one), certificate);
      if (verdict !== undefined) return verdict;
    }
  }
  const known = codes.map((code) => byCode[code]).find((verdict) => verdict !== undefined);
  // Some drivers have one code for most faults of certificates; the words that they add are those of OpenSSL.
  const isTls = known === undefined ? !fromServer : known.code === 'SOURCE_TLS';
  const worded = isTls ? certificateVerdict(error.message, certificate) : undefined;
  return worded ?? known ?? (fromServer ? OTHER : OTHER_OF_DRIVER);
}

/** A Unix socket that cannot be connected to. A file with a certificate that is missing has the same code. */
function socketVerdict(error: Error): Verdict | undefined {
  const syscall = 'syscall' in error ? error.syscall : undefined;
  const address = 'address' in error ? error.address : undefined;
  if (syscall !== 'connect' || typeof address !== 'string' || !address.startsWith('/')) return undefined;
  return codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM' ? SOCKET_PERMISSION : NO_SOCKET;
}

const NO_SOCKET: Verdict = {
  code: 'SOURCE_UNREACHABLE',
  hint: 'No server listens on this Unix socket. Check the path in the secret, and that the server or the proxy that creates the socket runs on this machine.',
};
const SOCKET_PERMISSION: Verdict = {
  code: 'SOURCE_PERMISSION',
  hint: 'Let the user of this process read and write the Unix socket, and enter its folder.',
};

import type { ErrorCode } from '../../core/error-kinds.ts';
import { asError, codeOf } from '../../core/thrown.ts';
import type { DefinitionWords } from '../definition-words.ts';
import { networkErrorOf, type NetworkError } from '../../net/network-error.ts';
import { PROXY_LOGIN_HINT, type NetworkHints } from '../../net/network-error-text.ts';
import { problemOfNetwork, type RequestProblem } from '../../net/request-problem.ts';
import { BodyError } from '../../net/response-body.ts';

/** Carries a problem through code that does not handle it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: RequestProblem;

  constructor(problem: RequestProblem, cause?: unknown) {
    super(problem.what, { cause });
    this.problem = problem;
  }
}

type Verdict = Pick<RequestProblem, 'code' | 'hint' | 'again'>;

const NO_HTTP = { code: 'SOURCE_ANSWER_INVALID', again: false } as const;
const BROKEN_PACKING: Verdict = {
  ...NO_HTTP,
  hint: 'Something between here and the API breaks its answers; check HTTPS_PROXY.',
};
const PROXIED = 'Check the network, the firewalls on the way, and HTTPS_PROXY.';
const LOST = 'Nothing was committed; the next run starts where this one did.';

/** Returns the hints for requests of a listing. */
function apiHints({ at, host }: DefinitionWords): NetworkHints {
  return {
    name: `the host name in ${host}`,
    server: `host and port in ${host}, and that the server runs`,
    proxied: true,
    lost: LOST,
    slow: `Ask for smaller pages with ${at('pagination.pageSize')}, or raise ${at('requestTimeoutSeconds')}.`,
    untrusted: `Name the file of the authority that signed it in ${at('tls.caFile')}.`,
    otherName: 'Use a host name that the certificate has.',
    client: `Name one and its key in ${at('tls.certFile')} and ${at('tls.keyFile')}.`,
    files: `Check ${at('tls.caFile')}, certFile and keyFile.`,
  };
}

/** Returns the hints for requests that get credentials, which have an address and a time limit of their own. */
export function issuingHints(words: DefinitionWords, field: string, server: string): NetworkHints {
  const address = words.at(field);
  return {
    ...apiHints(words),
    name: `the host name in ${address}`,
    server: `host and port in ${address}, and that the server runs`,
    slow: `Check that ${address} is ${server}, and try again later.`,
  };
}

/** The proxy requires authentication. */
export const PROXY_LOGIN: Verdict = {
  code: 'SOURCE_AUTH_FAILED',
  hint: PROXY_LOGIN_HINT,
  again: false,
};

const CODE_OF_MEANING: Readonly<Record<NetworkError['meaning'], ErrorCode>> = {
  name_not_found: 'SOURCE_UNREACHABLE',
  name_server_failed: 'SOURCE_UNREACHABLE',
  refused: 'SOURCE_UNREACHABLE',
  unreachable: 'SOURCE_UNREACHABLE',
  socket_missing: 'SOURCE_UNREACHABLE',
  socket_forbidden: 'SOURCE_PERMISSION',
  timed_out: 'SOURCE_TIMEOUT',
  lost: 'SOURCE_LOST',
  certificate: 'SOURCE_TLS',
  proxy_login: 'SOURCE_AUTH_FAILED',
  proxy_refused: 'SOURCE_UNREACHABLE',
};

/** Returns the problem of a request that got no response. */
export function networkProblem(
  thrown: unknown,
  words: DefinitionWords,
  hints = apiHints(words),
): RequestProblem {
  if (thrown instanceof ProblemError) return thrown.problem;
  if (thrown instanceof BodyError) return bodyProblem(thrown, words);
  const network = networkErrorOf(thrown);
  if (network !== undefined) return problemOfNetwork(network, CODE_OF_MEANING[network.meaning], hints);
  const error = asError(thrown);
  const code = codeOf(error) === '' ? error.name : codeOf(error);
  return { ...clientVerdict(code, words), reason: code, what: `failed: ${wordsOf(error, code)}` };
}

/** Returns the verdict on a client error that is not a network error. */
function clientVerdict(code: string, { at, host }: DefinitionWords): Verdict {
  if (code === 'UND_ERR_INVALID_ARG') {
    return {
      code: 'CONNECTOR_INVALID',
      hint: `Correct ${at('url')} or ${at('headers')}: one of them has a character that HTTP does not know.`,
      again: false,
    };
  }
  // The first code means a compressed body that ended too early, the others a body that is not compressed. Brotli has a code for
  // each kind of error.
  if (code === 'Z_BUF_ERROR') return { code: 'SOURCE_LOST', hint: LOST, again: true };
  if (code === 'Z_DATA_ERROR' || code.startsWith('ERR__ERROR_')) return BROKEN_PACKING;
  if (/^(HPE_|UND_ERR_HEADERS|HTTPParserError)/.test(code)) {
    return { ...NO_HTTP, hint: `Check host and port in ${host}: does an API answer there?` };
  }
  return { code: 'SOURCE_UNREACHABLE', hint: PROXIED, again: true };
}

function bodyProblem({ problem, message }: BodyError, { at }: DefinitionWords): RequestProblem {
  if (problem === 'too compressed') {
    return {
      code: 'SOURCE_ANSWER_TOO_LARGE',
      reason: 'answer too compressed',
      what: `got an answer that ${message}`,
      hint: `Ask the owner of the API what it sends; if the answer is right, ask for smaller parts of it in ${at('url')}.`,
      again: false,
    };
  }
  const large = problem === 'too large';
  return {
    code: large ? 'SOURCE_ANSWER_TOO_LARGE' : 'SOURCE_ANSWER_INVALID',
    reason: `answer ${problem}`,
    what: `got an answer that ${message}`,
    hint: large
      ? `Ask for smaller pages: ${at('pagination.pageSizeField')} and pageSize.`
      : 'Something between here and the API packs its answers; check HTTPS_PROXY.',
    again: false,
  };
}

function wordsOf({ message }: Error, code: string): string {
  const words = message.replaceAll(/\s+/g, ' ').trim();
  if (words === '') return code;
  return words.includes(code) ? words : `${words} (${code})`;
}

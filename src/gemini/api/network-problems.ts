import { types } from 'node:util';
import { DeadlineError } from '../../core/time/deadline.ts';
import { networkErrorOf } from '../../net/network-error.ts';
import {
  networkHint,
  networkReason,
  networkWords,
  PROXY_LOGIN_HINT,
  type NetworkHints,
} from '../../net/network-error-text.ts';
import { BodyError } from '../../net/response-body.ts';
import { fieldOf, textOf } from './json-fields.ts';
import type { Problem } from './problems.ts';
import { oneLine } from './one-line.ts';

export const PROXY_HINT =
  'Something between this machine and Google answers in its place. Check HTTPS_PROXY and NO_PROXY, and whether a firewall or a login page is in the way.';

const HINTS: NetworkHints = {
  name: 'that `gemini.location` is a location of Discovery Engine',
  server: 'the network, HTTPS_PROXY, and DISCOVERY_ENGINE_ENDPOINT if it is set',
  proxied: true,
  lost: 'Check the network, the firewalls on the way, and HTTPS_PROXY.',
  slow: 'Check the network, the firewalls on the way, and HTTPS_PROXY.',
  untrusted: 'If a proxy opens TLS here, name the file of its authority in NODE_EXTRA_CA_CERTS.',
  otherName: 'If a proxy opens TLS here, let it show a certificate of the host that is asked for.',
  client: 'Google wants none: check HTTPS_PROXY and DISCOVERY_ENGINE_ENDPOINT.',
};

/** The problem that a failed `send` describes. */
export function networkProblem(thrown: unknown): Problem {
  const problem = connectionProblem(thrown);
  if (!(thrown instanceof BodyError)) return problem;
  return {
    ...problem,
    code: 'GEMINI_REFUSED',
    reason: `answer ${thrown.problem}`,
    what: `failed: the answer is over limit: it ${thrown.message}`,
    hint: 'Discovery Engine does not answer so. Check HTTPS_PROXY and DISCOVERY_ENGINE_ENDPOINT.',
    passing: false,
  };
}

/** No response arrived. */
function connectionProblem(thrown: unknown): Problem {
  const network = networkErrorOf(thrown);
  if (network === undefined) {
    return {
      code: 'GEMINI_UNREACHABLE',
      reason: textOf(thrown, 'code') ?? 'no answer',
      // The caller's message already begins with the address.
      what: `failed: ${wordsOf(thrown).replace(/^request to \S+ failed, reason: /, '')}`,
      hint: HINTS.lost,
      passing: true,
      effect: 'unknown',
      retryAfterMs: 0,
    };
  }
  return {
    code: network.meaning === 'proxy_login' ? 'GEMINI_CREDENTIALS' : 'GEMINI_UNREACHABLE',
    reason: networkReason(network),
    what: `failed: ${networkWords(network)}`,
    hint: networkHint(network, HINTS),
    passing: network.retryable,
    effect: network.unsent ? 'none' : 'unknown',
    retryAfterMs: 0,
  };
}

/** The problem that a failed `authorize` describes. The request itself was not sent. */
export function authorizationProblem(thrown: unknown): Problem {
  const status = fieldOf(thrown, 'status');
  if (status === 407) {
    const what = 'was not sent, because the proxy asks for a user and a password';
    return { ...credentialsProblem('no token: 407', what), hint: PROXY_LOGIN_HINT };
  }
  // Only errors of the library's requests have this field. Its other errors are about files and their content.
  const asked = fieldOf(thrown, 'config') !== undefined;
  const refused = typeof status === 'number' && status < 500 && ![408, 429].includes(status);
  if ((asked && !refused) || thrown instanceof DeadlineError) {
    const network = connectionProblem(thrown);
    return {
      ...network,
      reason: `no token: ${typeof status === 'number' ? status : network.reason}`,
      what: `was not sent, because no access token could be fetched: ${wordsOf(thrown)}`,
      effect: 'none',
    };
  }
  const what = `was not sent, because there are no usable Google credentials: ${wordsOf(thrown)}`;
  return credentialsProblem('no credentials', what);
}

/** There are no credentials, or Google does not accept them. */
export function credentialsProblem(reason: string, what: string): Problem {
  return {
    code: 'GEMINI_CREDENTIALS',
    reason,
    what,
    hint: 'Run `gcloud auth application-default login`, or let GOOGLE_APPLICATION_CREDENTIALS name a key file, or run where a workload identity is attached.',
    passing: false,
    effect: 'none',
    retryAfterMs: 0,
  };
}

function wordsOf(thrown: unknown): string {
  const { name, message } = types.isNativeError(thrown) ? thrown : new Error(String(thrown));
  // A parser repeats the text that it could not parse, which here is the content of a key file.
  if (name === 'SyntaxError') return 'the file of credentials is not JSON';
  const code = textOf(thrown, 'code');
  // A host with two addresses (IPv4 and IPv6) that both fail yields an error with a code and without a message.
  return oneLine(code === undefined || message.includes(code) ? message : `${message} ${code}`);
}

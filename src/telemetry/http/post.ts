import { SERVER_WORDS_LENGTH_MAX } from '../../core/limits.ts';
import { codeOf } from '../../core/thrown.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import { networkErrorOf, type NetworkError } from '../../net/network-error.ts';
import { networkHint, networkWords, type NetworkHints } from '../../net/network-error-text.ts';
import type { PostAnswer } from './client.ts';
import { UnansweredError } from './unanswered.ts';

export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
) => Promise<PostAnswer>;

/** Why a request failed. */
export interface PostFailure {
  /** A few words for messages. */
  readonly reason: string;
  /** Whether a retry could succeed. */
  readonly again: boolean;
  /** The wait in milliseconds that the server asked for; 0 if it did not ask. */
  readonly retryAfterMs: number;
  readonly fix: string | undefined;
  /** Set when everything was sent without a response, so the request may still have taken effect. */
  readonly unanswered?: true;
}

/** A client that is loaded at the first request. */
export function lazyPost(proxy: ProxySettings): {
  readonly post: Post;
  readonly close: () => Promise<void>;
} {
  let loading: ReturnType<typeof load> | undefined;
  async function load() {
    const { PostClient } = await import('./client.ts');
    return new PostClient(proxy);
  }
  return {
    post: async (...args) => (await (loading ??= load())).post(...args),
    async close() {
      const client = await loading?.catch(() => undefined);
      await client?.close();
    },
  };
}

const HINTS: NetworkHints = {
  name: 'the host name in the address that telemetry is sent to',
  server: 'host and port in the address that telemetry is sent to, and that the server runs',
  proxied: true,
  lost: 'Check the network, the firewalls on the way, and HTTPS_PROXY.',
  slow: 'Check the network, the firewalls on the way, and HTTPS_PROXY.',
  untrusted: 'If the certificate is of an authority of your own, name that in NODE_EXTRA_CA_CERTS.',
  otherName: 'Use a host name that the certificate has.',
  client: 'This program has none for telemetry: use an address that asks for none.',
};

/** Interprets an error of the client. Its own message is not shown, because some messages repeat the address. */
export function networkFailure(thrown: unknown): PostFailure {
  if (thrown instanceof UnansweredError)
    return { reason: 'no answer in time', again: true, retryAfterMs: 0, fix: undefined, unanswered: true };
  const network = networkErrorOf(thrown);
  // A signal of this program ended the request.
  if (network === undefined && thrown instanceof Error && thrown.name === 'AbortError') {
    return { reason: 'no answer in time', again: true, retryAfterMs: 0, fix: undefined };
  }
  if (network === undefined) {
    const code = codeOf(thrown) === '' ? 'it was interrupted' : codeOf(thrown);
    return { reason: `no connection: ${code}`, again: true, retryAfterMs: 0, fix: undefined };
  }
  // A run that ends has little time, so a missing response says nothing about the server.
  const fix = network.meaning === 'timed_out' ? undefined : networkHint(network, HINTS);
  return { reason: reasonOf(network), again: network.retryable, retryAfterMs: 0, fix };
}

function reasonOf(network: NetworkError): string {
  if (network.meaning === 'timed_out') return 'no answer in time';
  if (network.meaning === 'certificate') return `TLS failed: ${network.code}`;
  const ofProxy = network.meaning === 'proxy_login' || network.meaning === 'proxy_refused';
  return ofProxy ? networkWords(network) : `no connection: ${network.code}`;
}

/** The message of a server, shortened for a message of this program. */
export function serverWords(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, SERVER_WORDS_LENGTH_MAX);
}

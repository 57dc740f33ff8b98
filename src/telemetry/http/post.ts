import { DeadlineError } from '../../core/deadline.ts';
import { SERVER_WORDS_LENGTH_MAX } from '../../core/limits.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import { tlsFaultOfCode, tlsHint, type TlsHints } from '../../net/tls-faults.ts';
import type { PostAnswer } from './client.ts';
import { UnansweredError } from './unanswered.ts';

export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
) => Promise<PostAnswer>;

/** Why a request did not do what it was to do. */
export interface PostFailure {
  /** A few words. */
  readonly reason: string;
  /** Whether another attempt could end better. */
  readonly again: boolean;
  /** Milliseconds that the server asked to wait; 0 if it did not ask. */
  readonly retryAfterMs: number;
  readonly fix: string | undefined;
  /** All was sent, so it may have been done all the same. */
  readonly unanswered?: true;
}

/** A client that is loaded by the first request. */
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

const CERTIFICATE: TlsHints = {
  untrusted: 'If the certificate is of an authority of your own, name that in NODE_EXTRA_CA_CERTS.',
  otherName: 'Use a host name that the certificate has.',
  client: 'This program has none for telemetry: use an address that asks for none.',
};

/** The proxy does not know who asks. */
export const PROXY_LOGIN = 'Put the user and the password of the proxy into HTTPS_PROXY or HTTP_PROXY.';

/** What an error of the client means. Its own words are not shown, because some repeat the address. */
export function networkFailure(thrown: unknown): PostFailure {
  if (thrown instanceof UnansweredError)
    return { reason: 'no answer in time', again: true, retryAfterMs: 0, fix: undefined, unanswered: true };
  const code = codeOf(thrown) ?? (thrown instanceof Error ? codeOf(thrown.cause) : undefined);
  const fault = code === undefined ? undefined : tlsFaultOfCode(code);
  if (fault !== undefined) {
    const fix = tlsHint(fault, CERTIFICATE);
    return { reason: `TLS failed: ${code}`, again: false, retryAfterMs: 0, fix };
  }
  if (code === 'UND_ERR_ABORTED' && String(thrown).includes('(407)')) {
    return { reason: 'the proxy asks for a password', again: false, retryAfterMs: 0, fix: PROXY_LOGIN };
  }
  const late = thrown instanceof DeadlineError || LATE.has(nameOf(thrown));
  const reason = late ? 'no answer in time' : `no connection: ${code ?? 'it was broken off'}`;
  return { reason, again: true, retryAfterMs: 0, fix: undefined };
}

/** The words of a server, for a message. */
export function serverWords(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, SERVER_WORDS_LENGTH_MAX);
}

/** Of the reasons that signals have by themselves. */
const LATE = new Set(['AbortError', 'TimeoutError']);

function nameOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null && 'name' in thrown ? String(thrown.name) : '';
}

function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

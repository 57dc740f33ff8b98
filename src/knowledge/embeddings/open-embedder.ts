import type { Endpoint } from '../../core/endpoint.ts';
import type { Logger } from '../../core/log.ts';
import { sleep, type RetryPolicy, type Wait } from '../../core/retry.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import { systemClock, type Clock } from '../../core/time/clock.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import type { Embedder } from '../embedder.ts';
import { offlineEmbedder } from './offline.ts';

const OPENAI_URL = 'https://api.openai.com/v1';

interface EmbedderOptions {
  /** The key of the embedding API; without one, the offline embedder is used. */
  readonly apiKey: string | undefined;
  /** The base URL of the embedding API with its version; undefined means that of OpenAI. The key is sent to it. */
  readonly endpoint: Endpoint | undefined;
  readonly proxy: ProxySettings;
  readonly retry: RetryPolicy;
  readonly log: Logger;
  /** Learns the key. */
  readonly redactor: Redactor;
  readonly wait?: Wait;
  readonly clock?: Clock;
}

/** An embedder that must be closed. */
export interface OpenedEmbedder extends Embedder {
  /** Closes its connections at once. */
  close(): Promise<void>;
}

/**
 * Opens the embedder that the settings ask for: `text-embedding-3-small` with a key, `offline-hash-v1` without. Nothing is requested
 * before the first text is embedded.
 * @throws BridgeError ENVIRONMENT_INVALID for a proxy that is not a valid address
 */
export async function openEmbedder(options: EmbedderOptions): Promise<OpenedEmbedder> {
  const { apiKey, endpoint, wait = sleep, clock = systemClock } = options;
  if (apiKey === undefined) return { ...offlineEmbedder, close: () => Promise.resolve() };
  const { OpenAiEmbedder } = await import('./openai.ts');
  return new OpenAiEmbedder({ ...options, apiKey, baseUrl: endpoint?.url ?? OPENAI_URL, wait, clock });
}

import { parseEndpoint, type Endpoint } from '../../core/endpoint.ts';
import { BridgeError } from '../../core/errors.ts';

/** The settings of the embedding API. */
export interface EmbeddingSettings {
  /** `OPENAI_API_KEY`; without it, knowledge sources use the offline embedder. */
  readonly apiKey: string | undefined;
  /** `OPENAI_BASE_URL`, with the version of the API: `https://api.openai.com/v1`. The key is sent to it, also on this machine. */
  readonly endpoint: Endpoint | undefined;
}

/** @throws BridgeError ENVIRONMENT_INVALID, without the key */
export function readEmbeddings(env: Readonly<Record<string, string | undefined>>): EmbeddingSettings {
  const apiKey = nonEmpty(env['OPENAI_API_KEY']);
  const baseUrl = nonEmpty(env['OPENAI_BASE_URL']);
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new BridgeError('ENVIRONMENT_INVALID', 'OPENAI_API_KEY has characters that no key has.', {
      hint: 'Copy it again, without spaces and line breaks.',
    });
  }
  return {
    apiKey,
    endpoint: baseUrl === undefined ? undefined : parseEndpoint('OPENAI_BASE_URL', baseUrl),
  };
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

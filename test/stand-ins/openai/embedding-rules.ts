import { countTokens } from 'gpt-tokenizer/encoding/cl100k_base';
import type { ReceivedRequest } from '../../support/http/http-server.ts';

export interface ApiLimits {
  readonly texts: number;
  readonly tokensOfText: number;
  readonly tokensOfRequest: number;
}

const LIMITS: ApiLimits = { texts: 2_048, tokensOfText: 8_192, tokensOfRequest: 300_000 };

const MODELS: readonly string[] = ['text-embedding-3-small'];

/** A request that the API accepts. */
export interface EmbeddingRequest {
  readonly model: string;
  readonly input: readonly string[];
  readonly encoding_format: string;
  readonly tokens: number;
}

export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
}

interface Rules {
  readonly key: string;
  readonly limits: Partial<ApiLimits>;
  readonly refuses: (text: string) => string | undefined;
}

/** Checks a request as the API does. */
export function refusalOf(request: ReceivedRequest, rules: Rules): EmbeddingRequest | Refusal {
  const { authorization } = request.headers;
  if (authorization === undefined) return refusal(401, "You didn't provide an API key.", null);
  if (authorization !== `Bearer ${rules.key}`) {
    const given = authorization.replace('Bearer ', '');
    return refusal(401, `Incorrect API key provided: ${given}.`, 'invalid_api_key');
  }
  if (request.url !== '/v1/embeddings' || request.method !== 'POST') {
    return refusal(404, `Invalid URL (${request.method} ${request.url})`, null);
  }
  const body = parsed(request.body);
  if (body === undefined) return refusal(400, 'We could not parse the JSON body of your request.', null);
  const { model, input, encoding_format = 'float' } = body;
  if (typeof model !== 'string' || !MODELS.includes(model)) {
    return refusal(404, `The model \`${String(model)}\` does not exist.`, 'model_not_found');
  }
  if (encoding_format !== 'base64' && encoding_format !== 'float') {
    return refusal(400, "'encoding_format' must be 'float' or 'base64'.", null);
  }
  const texts = typeof input === 'string' ? [input] : input;
  if (!Array.isArray(texts) || texts.length === 0 || !texts.every(isText)) {
    return refusal(400, "'$.input' is invalid. Please check the API reference.", null);
  }
  return checkedTexts({ model, input: texts, encoding_format }, rules);
}

function checkedTexts(request: Omit<EmbeddingRequest, 'tokens'>, rules: Rules): EmbeddingRequest | Refusal {
  const limits = { ...LIMITS, ...rules.limits };
  const { input } = request;
  if (input.length > limits.texts) {
    return refusal(400, `'$.input' is too long. Maximum length is ${limits.texts}.`, null);
  }
  const counts = input.map((text) => countTokens(text, { disallowedSpecial: new Set() }));
  const longest = Math.max(...counts);
  if (longest > limits.tokensOfText) {
    const message = `This model's maximum context length is ${limits.tokensOfText} tokens, however you requested ${longest} tokens.`;
    return refusal(400, message, null);
  }
  const tokens = counts.reduce((sum, count) => sum + count, 0);
  if (tokens > limits.tokensOfRequest) {
    const message = `Requested ${tokens} tokens, max ${limits.tokensOfRequest} tokens per request`;
    return refusal(400, message, 'max_tokens_per_request');
  }
  const [reason] = input.flatMap((text) => rules.refuses(text) ?? []);
  return reason === undefined ? { ...request, tokens } : refusal(400, reason, null);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The API accepts no escape of half a surrogate pair. */
function parsed(body: string): Record<string, unknown> | undefined {
  if (/\\ud[89a-f][\da-f]{2}/i.test(body)) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function refusal(status: number, message: string, code: string | null): Refusal {
  return { status, message, type: 'invalid_request_error', code };
}

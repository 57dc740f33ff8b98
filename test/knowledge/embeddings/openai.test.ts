import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { toBridgeError, type BridgeError } from '../../../src/core/errors.ts';
import { createLogger, jsonFormat } from '../../../src/core/log.ts';
import { createRedactor } from '../../../src/core/secrets/redact.ts';
import { DeadlineError, withDeadline } from '../../../src/core/time/deadline.ts';
import type { Embedder } from '../../../src/knowledge/embedder.ts';
import { openEmbedder, type OpenedEmbedder } from '../../../src/knowledge/embeddings/open-embedder.ts';
import { base64, startOpenAi, trickle, type OpenAiStandIn } from '../../stand-ins/openai/openai-stand-in.ts';
import { vectorFor } from '../../stand-ins/openai/vectors.ts';
import { drop, hang, json, raw, startServer, type Reply } from '../../support/http/http-server.ts';

const KEY = 'sk-proj-Zm9vYmFyYmF6cXV4';
const NEVER = new AbortController().signal;

let api: OpenAiStandIn;
let embedder: OpenedEmbedder;
let waits: number[];
let lines: string[];

beforeEach(async () => {
  waits = [];
  lines = [];
  api = await startOpenAi({ key: KEY });
  embedder = await open();
});
afterEach(async () => {
  await embedder.close();
  await api.close();
});

async function open(options: Partial<Parameters<typeof openEmbedder>[0]> = {}): Promise<OpenedEmbedder> {
  return openEmbedder({
    apiKey: KEY,
    endpoint: { url: api.url, loopback: true },
    proxy: { http: undefined, https: undefined, except: undefined },
    retry: { retries: 2, backoffSeconds: 1 },
    log: createLogger({
      write: (line) => lines.push(line),
      level: 'debug',
      format: jsonFormat,
      now: () => new Date(0),
      redact: (line) => line,
    }),
    redactor: createRedactor(),
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
    ...options,
  });
}

/** The error of an embedding that must fail. */
async function failure(
  texts: readonly string[],
  signal = NEVER,
  of: Embedder = embedder,
): Promise<BridgeError> {
  try {
    await of.embed(texts, signal);
  } catch (thrown) {
    return toBridgeError(thrown);
  }
  throw new Error('The texts were embedded.');
}

function numbered(count: number, text = 'text'): string[] {
  return Array.from({ length: count }, (_, index) => `${text} ${index}`);
}

/** Embeds, and writes each vector as base64: comparing numbers one by one takes seconds. */
async function embed(texts: readonly string[], by: Embedder = embedder): Promise<unknown[]> {
  const embeddings = await by.embed(texts, NEVER);
  return embeddings.map((each) => ('vector' in each ? base64(each.vector) : each));
}

function expected(texts: readonly string[]): string[] {
  return texts.map((text) => base64(vectorFor(text)));
}

/** How many texts each request had. */
function sizes(): number[] {
  return api.embedded.map(({ length }) => length);
}

const refused = (status: number, error: object, headers = {}): Reply => json(status, { error }, headers);

describe('the embedder of OpenAI', () => {
  test('has the name of its model', () => {
    expect(embedder.name).toBe('text-embedding-3-small');
  });

  test('gives each text its own vector', async () => {
    const texts = numbered(5);
    expect(await embed(texts)).toEqual(expected(texts));
    expect(sizes()).toEqual([5]);
  });

  test('requests nothing for no texts', async () => {
    expect(await embed([])).toEqual([]);
    expect(api.received).toEqual([]);
  });

  test('sends only its own headers and fields', async () => {
    await embed(['text']);
    const { headers = {}, body = '', url } = api.received[0] ?? {};
    expect(url).toBe('/v1/embeddings');
    expect(Object.keys(headers).sort()).toEqual(
      [
        'accept',
        'accept-encoding',
        'authorization',
        'connection',
        'content-length',
        'content-type',
        'host',
      ].sort(),
    );
    expect(JSON.parse(body)).toEqual({
      model: 'text-embedding-3-small',
      input: ['text'],
      encoding_format: 'base64',
    });
  });

  test('takes vectors as numbers from a server that ignores the format', async () => {
    api.spoil = (entries) =>
      entries.map((entry, at) => ({ ...entry, embedding: [...vectorFor(`text ${at}`)] }));
    expect(await embed(numbered(3))).toEqual(expected(numbered(3)));
  });

  test('orders vectors by their index', async () => {
    api.spoil = (entries) => entries.reverse();
    expect(await embed(numbered(4))).toEqual(expected(numbered(4)));
  });

  test('replaces lone surrogates, which the API does not accept', async () => {
    expect(await embed(['a\ud83d'])).toEqual(expected(['a\ufffd']));
  });

  test.each([
    ['too few vectors', (entries: unknown[]) => entries.slice(1), '2 vectors for 3 texts'],
    ['too many vectors', (entries: unknown[]) => [...entries, entries[0]], '4 vectors for 3 texts'],
    [
      'one index twice',
      (entries: unknown[]) => [entries[0], entries[1], entries[1]],
      'two vectors for text 1',
    ],
    ['no list', () => ({}), 'no list'],
    [
      'an entry without an index',
      (entries: unknown[]) => [...entries.slice(1), { embedding: [] }],
      '`index`',
    ],
  ] as const)('refuses a response with %s', async (_, spoil, words) => {
    api.spoil = spoil;
    const error = await failure(numbered(3));
    expect(error).toMatchObject({ code: 'EMBEDDINGS_INVALID' });
    expect(error.message).toContain(words);
    expect(api.received).toHaveLength(1);
  });

  test.each([
    ['another length', [1, 2, 3], '3 numbers'],
    ['another length in base64', base64([1, 2, 3]), '3 numbers'],
    ['one byte too many', Buffer.alloc(1_536 * 4 + 1, 1).toString('base64'), 'no readable vector'],
    ['zeros', Array.from({ length: 1_536 }, () => 0), 'zeros'],
    ['NaN in base64', base64(Array.from({ length: 1_536 }, (_, at) => (at === 7 ? NaN : 1))), 'finite'],
    ['null', Array.from({ length: 1_536 }, (_, at) => (at === 7 ? null : 1)), 'finite'],
    ['a number over 32 bits', Array.from({ length: 1_536 }, () => 1e300), 'finite'],
    ['nothing', undefined, 'no readable vector'],
  ])('refuses a vector with %s', async (_, embedding, words) => {
    api.spoil = ([first, ...others]) => [{ ...first, embedding }, ...others];
    const error = await failure(numbered(2));
    expect(error).toMatchObject({ code: 'EMBEDDINGS_INVALID' });
    expect(error.message).toContain(words);
  });

  test.each([
    ['a web page', raw(200, '<html>login</html>', { 'content-type': 'text/html' }), 'not valid JSON'],
    ['half a JSON', raw(200, '{"data": [', { 'content-type': 'application/json' }), 'not valid JSON'],
    ['an announcement of too many bytes', raw(200, '{}', { 'content-length': '999999999' }), '999999999'],
  ])('refuses %s with status 200', async (_, reply, words) => {
    api.fault = reply;
    const error = await failure(['text']);
    expect(error).toMatchObject({ code: 'EMBEDDINGS_INVALID' });
    expect(error.message).toContain(words);
  });
});

describe('the requests of the embedder of OpenAI', () => {
  test('have at most 2,048 texts', async () => {
    const texts = numbered(2_100);
    expect(await embed(texts)).toHaveLength(2_100);
    expect(sizes()).toEqual([2_048, 52]);
  });

  test('have at most 250,000 tokens', async () => {
    const texts = Array.from({ length: 300 }, (_, index) => `${index} ${'word '.repeat(990)}`);
    await embed(texts);
    expect(sizes().reduce((sum, size) => sum + size)).toBe(300);
    expect(api.embedded).toHaveLength(2);
  });

  test.each([
    ['texts', { texts: 10 }],
    ['tokens', { tokensOfRequest: 40 }],
  ])('are halved for a server that takes fewer %s, and stay small', async (_, limits) => {
    api.limits = limits;
    const texts = numbered(100);
    expect(await embed(texts)).toEqual(expected(texts));
    expect(api.received.length - api.embedded.length).toBeLessThanOrEqual(5);
    const refusedBefore = api.received.length - api.embedded.length;
    expect(await embed(texts)).toEqual(expected(texts));
    expect(api.received.length - api.embedded.length).toBe(refusedBefore);
  });

  test.each([
    ['413', raw(413, 'Request Entity Too Large')],
    ['422', json(422, { detail: 'batch size 4 is over the limit' })],
  ])('are halved after a %s', async (_, reply) => {
    api.faults.push(reply);
    expect(await embed(numbered(4))).toEqual(expected(numbered(4)));
    expect(sizes()).toEqual([2, 2]);
  });
});

describe('a text that the API refuses', () => {
  beforeEach(() => {
    api.refuses = (text) => (text.includes('bad') ? `The text ${'is bad '.repeat(200)}` : undefined);
  });

  test('is set aside with a reason of limited length, and the others are embedded', async () => {
    const texts = [...numbered(6), 'bad text', ...numbered(9, 'more')];
    const embeddings = await embed(texts);
    expect(embeddings.filter((_, at) => at !== 6)).toEqual(expected(texts.filter((_, at) => at !== 6)));
    expect(embeddings[6]).toEqual({
      refused: expect.stringMatching(/^POST .* was answered 400: The text is bad .{250,300}…$/),
    });
  });

  test('is set aside if it is the only one, because the API accepts another text', async () => {
    expect(await embed(['bad'])).toEqual([{ refused: expect.stringContaining('400') }]);
    expect(api.embedded).toEqual([['test']]);
  });

  test('is an error if every text of several is refused', async () => {
    const error = await failure(numbered(3, 'bad'));
    expect(error).toMatchObject({ code: 'EMBEDDINGS_REFUSED' });
    expect(error.message).toContain('is bad');
  });

  test('is an error if many are refused before any is accepted', async () => {
    expect(await failure([...numbered(500, 'bad'), 'good'])).toMatchObject({ code: 'EMBEDDINGS_REFUSED' });
    expect(api.received.length).toBeLessThan(60);
  });

  test('does not make later requests smaller if it was too long alone', async () => {
    api.limits = { tokensOfText: 50 };
    const texts = [...numbered(3), 'word '.repeat(60), ...numbered(4, 'more')];
    expect((await embed(texts)).filter((each) => typeof each !== 'string')).toHaveLength(1);
    await embed(numbered(100));
    expect(sizes().at(-1)).toBe(100);
  });
});

describe('an API that refuses everything', () => {
  test.each([
    ['400', 'EMBEDDINGS_REFUSED', refused(400, { message: 'no embeddings here' }), 2],
    ['404', 'EMBEDDINGS_REFUSED', refused(404, { message: 'unknown model', code: 'model_not_found' }), 1],
    ['a redirect', 'EMBEDDINGS_REFUSED', raw(307, '', { location: 'http://127.0.0.1:1/v1/embeddings' }), 1],
    ['401', 'EMBEDDINGS_CREDENTIALS', refused(401, { message: 'no such key' }), 1],
    ['403', 'EMBEDDINGS_CREDENTIALS', refused(403, { message: 'country' }), 1],
    ['an empty quota', 'EMBEDDINGS_UNREACHABLE', refused(429, { code: 'insufficient_quota' }), 1],
    ['429', 'EMBEDDINGS_UNREACHABLE', refused(429, { code: 'rate_limit_exceeded' }), 3],
    ['500', 'EMBEDDINGS_UNREACHABLE', refused(500, { message: 'oops' }), 3],
    ['a gateway page', 'EMBEDDINGS_UNREACHABLE', raw(502, '<html>Bad gateway</html>'), 3],
    ['a dropped connection', 'EMBEDDINGS_UNREACHABLE', drop, 3],
  ] as const)('with %s is an error %s', async (_, code, reply, requests) => {
    api.fault = reply;
    const error = await failure(numbered(64));
    expect(error).toMatchObject({ code, message: expect.stringContaining(`POST ${api.url}/embeddings`) });
    expect(error.hint).not.toBeUndefined();
    expect(api.received).toHaveLength(requests);
  });

  test('never gets a key into messages and logs, also if it repeats the key', async () => {
    api.fault = refused(500, { message: `Incorrect API key provided: ${KEY}. ${'x'.repeat(300)}` });
    const error = await failure(['text']);
    api.fault = refused(401, { message: `Incorrect API key provided: ${KEY}`, code: KEY });
    const denied = await failure(['text']);
    const shown = [error, denied].flatMap(({ message, hint }) => [message, hint]).concat(lines);
    expect(shown.join('\n')).toContain('[redacted]');
    expect(shown.join('\n')).not.toContain(KEY.slice(3, 12));
    expect(error.message.length).toBeLessThan(500);
  });
});

describe('retries of the embedder of OpenAI', () => {
  test('succeed after a failure, and wait as long as the API asks', async () => {
    api.faults.push(refused(429, {}, { 'retry-after': '7' }), refused(503, {}));
    expect(await embed(['text'])).toEqual(expected(['text']));
    expect(waits).toHaveLength(2);
    expect(waits[0]).toBeGreaterThanOrEqual(7_000);
    expect(waits[0]).toBeLessThanOrEqual(8_000);
    expect(lines.join('')).toContain('429');
  });

  test('end at once if the API asks for more than a run waits, and the error has the time', async () => {
    api.fault = refused(429, {}, { 'retry-after': '3600' });
    const clock = { now: () => new Date('2026-01-01T00:00:00Z'), elapsedMs: () => 0 };
    const patient = await open({ clock });
    const error = await failure(['text'], NEVER, patient);
    expect(error).toMatchObject({
      code: 'EMBEDDINGS_UNREACHABLE',
      nextRunAfter: new Date('2026-01-01T01:00:00Z'),
    });
    expect(waits).toEqual([]);
    await patient.close();
  });

  test.each([
    ['hangs', hang],
    ['trickles', trickle],
  ])('end with the time limit of the caller if the API %s', async (_, reply) => {
    api.fault = reply;
    expect(await failure(['text'], AbortSignal.timeout(200))).toMatchObject({
      code: 'EMBEDDINGS_UNREACHABLE',
    });
    await expect(
      withDeadline(0.2, NEVER, (signal) => embedder.embed(['text'], signal)),
    ).rejects.toBeInstanceOf(DeadlineError);
  });

  test('name the last problem if the time limit ends a wait', async () => {
    api.fault = refused(503, { message: 'overloaded' });
    const waiting = await open({
      wait: (_, signal) => sleep(60_000, undefined, { signal }),
    });
    const error = await failure(['text'], AbortSignal.timeout(500), waiting);
    expect(error).toMatchObject({ code: 'EMBEDDINGS_UNREACHABLE' });
    expect(error.message).toContain('overloaded');
    await waiting.close();
  });

  test('end with the reason of the caller if the caller stops', async () => {
    api.fault = hang;
    const abort = new AbortController();
    const embedding = embedder.embed(['text'], abort.signal);
    setTimeout(() => {
      abort.abort(new Error('stopped'));
    }, 50);
    await expect(embedding).rejects.toThrow('stopped');
  });
});

describe('openEmbedder', () => {
  test('opens the offline embedder without a key, also if an address is set', async () => {
    const offline = await open({ apiKey: undefined });
    expect(offline.name).toBe('offline-hash-v1');
    expect(await embed(['text'], offline)).toHaveLength(1);
    await offline.close();
    expect(api.received).toEqual([]);
  });

  test('ignores the variables that the library of OpenAI reads itself', async () => {
    const variables = {
      OPENAI_API_KEY: 'sk-other',
      OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
      OPENAI_ORG_ID: 'org-canary',
      OPENAI_PROJECT_ID: 'proj-canary',
      OPENAI_CUSTOM_HEADERS: 'x-canary: canary',
      OPENAI_LOG: 'debug',
    };
    Object.assign(process.env, variables);
    try {
      await embed(['text']);
    } finally {
      for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
    }
    expect(JSON.stringify(api.received[0]?.headers)).not.toContain('canary');
    expect(api.received[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  test('sends requests through the proxy of the environment', async () => {
    const proxy = await startServer(json(200, { data: [{ index: 0, embedding: [...vectorFor('text')] }] }));
    const proxied = await open({
      endpoint: { url: 'http://embeddings.invalid/v1', loopback: false },
      proxy: { http: proxy.url, https: undefined, except: undefined },
    });
    expect(await embed(['text'], proxied)).toEqual(expected(['text']));
    expect(proxy.received[0]?.url).toBe('http://embeddings.invalid/v1/embeddings');
    await proxied.close();
    await proxy.close();
  });

  test('names the address of a server that is not reachable', async () => {
    const nowhere = await open({ endpoint: { url: 'http://127.0.0.1:1/v1', loopback: true } });
    const error = await failure(['text'], NEVER, nowhere);
    expect(error).toMatchObject({
      code: 'EMBEDDINGS_UNREACHABLE',
      hint: expect.stringContaining('OPENAI_BASE_URL'),
    });
    expect(error.message).toContain('127.0.0.1:1');
    await nowhere.close();
  });
});

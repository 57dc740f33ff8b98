import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { OpenAI } from 'openai';
import { startOpenAi, type OpenAiStandIn } from './openai-stand-in.ts';
import { vectorFor } from './vectors.ts';

const MODEL = 'text-embedding-3-small';

let standIn: OpenAiStandIn;
beforeEach(async () => {
  standIn = await startOpenAi({ key: 'sk-right' });
});
afterEach(() => standIn.close());

function embeddings(apiKey = 'sk-right'): OpenAI['embeddings'] {
  return new OpenAI({ apiKey, baseURL: standIn.url, maxRetries: 0, logLevel: 'off' }).embeddings;
}

describe('the stand-in of the OpenAI API, read by the client of OpenAI', () => {
  test.each([undefined, 'float'] as const)(
    'answers with the vector of each text in the format %s',
    async (format) => {
      const { data, usage } = await embeddings().create({
        model: MODEL,
        input: ['hello world', 'other'],
        ...(format === undefined ? {} : { encoding_format: format }),
      });
      expect(data.map(({ index }) => index)).toEqual([0, 1]);
      expect(data.map(({ embedding }) => Float32Array.from(embedding))).toEqual([
        vectorFor('hello world'),
        vectorFor('other'),
      ]);
      expect(usage.total_tokens).toBe(3);
    },
  );

  test.each([
    ['an empty text', 400, ['a', '']],
    ['no texts', 400, []],
    ['too many texts', 400, Array.from({ length: 2_049 }, () => 'a')],
    ['a text that is too long', 400, ['word '.repeat(8_200)]],
    ['too many tokens together', 400, Array.from({ length: 40 }, () => 'word '.repeat(8_000))],
    ['half of a surrogate pair', 400, ['\ud83d']],
  ])('refuses %s', async (_, status, input) => {
    await expect(embeddings().create({ model: MODEL, input })).rejects.toMatchObject({ status });
  });

  test('refuses a wrong key and an unknown model', async () => {
    await expect(embeddings('sk-wrong').create({ model: MODEL, input: 'a' })).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
    await expect(embeddings().create({ model: 'other', input: 'a' })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
  });
});

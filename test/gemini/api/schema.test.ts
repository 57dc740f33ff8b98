import { describe, expect, test } from '@jest/globals';
import type { Api } from '../../../src/gemini/api/api.ts';
import { readSchema } from '../../../src/gemini/api/schema.ts';

const STORE = { projectId: 'p', location: 'eu', dataStoreId: 'hr' };
const never = new AbortController().signal;
const answering = (json: unknown): Api => ({ request: () => Promise.resolve(json) });

const SCHEMA = {
  type: 'object',
  properties: {
    title: { type: 'string', keyPropertyMapping: 'title' },
    link: { type: 'string', keyPropertyMapping: 'uri' },
    team: { type: 'string' },
  },
};

describe('a schema', () => {
  test.each([
    ['an object', { structSchema: SCHEMA }],
    ['JSON as text', { jsonSchema: JSON.stringify(SCHEMA) }],
  ])('is read from %s', async (_, answer) => {
    await expect(readSchema(STORE, answering(answer), never)).resolves.toEqual({
      fields: 3,
      keyProperties: new Set(['title', 'uri']),
    });
  });

  test.each([
    ['nothing', {}],
    ['no properties', { structSchema: { type: 'object' } }],
    ['text that is not JSON', { jsonSchema: '{' }],
    ['properties that are none', { structSchema: { properties: 'many' } }],
  ])('of %s has no fields', async (_, answer) => {
    await expect(readSchema(STORE, answering(answer), never)).resolves.toEqual({
      fields: 0,
      keyProperties: new Set(),
    });
  });
});

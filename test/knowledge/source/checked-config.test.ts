import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkedConfig } from '../../../src/knowledge/source/checked-config.ts';

const BASE = { baseUrl: 'https://api.test/items' };

describe('the config of a source', () => {
  test('is taken as in the example of the scenario, without nulls and unknown keys', () => {
    expect(
      checkedConfig({
        baseUrl: 'https://dummyjson.com/products',
        cursorParam: 'skip',
        nextCursorPath: null,
        headersTemplate: {},
        textFields: ['title'],
        allowedRolesOverride: [],
        requiresAuth: false,
        cursorStyle: 'offset',
        lastEtag: 'of another program',
      }),
    ).toEqual({
      config: {
        baseUrl: 'https://dummyjson.com/products',
        cursorParam: 'skip',
        headersTemplate: {},
        textFields: ['title'],
        allowedRolesOverride: [],
        requiresAuth: false,
        cursorStyle: 'offset',
      },
    });
  });

  test.each<[unknown, string]>([
    [null, 'config is not an object'],
    [[], 'config is not an object'],
    ['text', 'config is not an object'],
    [{}, 'config.baseUrl is missing'],
    [{ baseUrl: '/items' }, 'config.baseUrl must be an absolute address with http or https'],
    [{ baseUrl: 'file:///etc/passwd' }, 'config.baseUrl must be an absolute address with http or https'],
    [{ baseUrl: 'https://u:p@api.test/' }, 'config.baseUrl must not contain a user name or password'],
    [{ ...BASE, defaultPageSize: 0 }, 'config.defaultPageSize must be a whole number from 1 on'],
    [{ ...BASE, defaultPageSize: 1.5 }, 'config.defaultPageSize must be a whole number from 1 on'],
    [{ ...BASE, cursorStyle: 'token' }, 'config.cursorStyle must be cursor, offset or page'],
    [
      { ...BASE, cursorStyle: 'cursor' },
      'config.nextCursorPath is missing, and config.cursorStyle is cursor',
    ],
    [{ ...BASE, textFields: 'title' }, 'config.textFields must be a list of strings'],
    [{ ...BASE, textFields: [] }, 'config.textFields must name at least one field'],
    [
      { ...BASE, allowedRolesOverride: [1] },
      'config.allowedRolesOverride must be a list of strings, none empty',
    ],
    [{ ...BASE, requiresAuth: 'true' }, 'config.requiresAuth must be true or false'],
    [
      { ...BASE, headersTemplate: { 'a b': 'x' } },
      'config.headersTemplate has "a b", which is not a header name',
    ],
    [
      { ...BASE, headersTemplate: { a: 'x\r\nb: c' } },
      'config.headersTemplate has a value for a that a header cannot contain',
    ],
    [
      { ...BASE, headersTemplate: { a: '{{API_KEY}}' } },
      'config.headersTemplate has {{API_KEY}}, and config.requiresAuth is not true',
    ],
    [{ ...BASE, itemsPath: 'x'.repeat(9_000) }, 'config.itemsPath has more than 8000 characters'],
  ])('is refused with the name of the field: %j', (config, problem) => {
    expect(checkedConfig(config)).toEqual({ problem });
  });

  test('does not show what may be the secret itself', () => {
    expect(checkedConfig({ ...BASE, secretRef: 'Bearer sk-123 456' }).problem).toBe(
      'config.secretRef must be the name of a secret: letters, digits, hyphens, dots and underscores',
    );
  });

  test('is a config or a problem for every value, and never an exception', () => {
    fc.assert(
      fc.property(
        fc.record({ baseUrl: fc.webUrl() }, { withDeletedKeys: true } as never),
        fc.object(),
        (base, more) => {
          const { config, problem } = checkedConfig({ ...more, ...base });
          expect((config === undefined) === (problem === undefined)).toBe(false);
        },
      ),
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import { knowledgeSourceKind } from '../../../src/definitions/knowledge-source/kind.ts';

const CONFIG = { baseUrl: 'https://kb.example.com/articles', pageSizeParam: 'limit', itemsPath: 'data' };

function findings(config: object, spec: object = {}, allowed = ''): string[] {
  const source = { spec: { title: 'KB', tenantId: 'a', ...spec, config: { ...CONFIG, ...config } } };
  return knowledgeSourceKind
    .ruleFindings(source, (address) => address === allowed)
    .map(({ status = 'fail', code, path }) => `${status} ${code} ${path}`);
}

const TOKEN = { requiresAuth: true, headersTemplate: { Authorization: 'Bearer {{API_KEY}}' } };

describe('a knowledge source', () => {
  test.each([
    ['pages by number', {}],
    [
      'an offset',
      { cursorStyle: 'offset', cursorParam: 'skip', currentOffsetPath: 'skip', totalPath: 'total' },
    ],
    ['a cursor', { nextCursorPath: 'next', cursorParam: 'after' }],
    [
      'a cursor that cursorStyle names too',
      { nextCursorPath: 'next', cursorParam: 'a', cursorStyle: 'cursor' },
    ],
    ['a secret', { ...TOKEN, secretRef: 'kb-token' }],
    [
      'a secret on this machine without encryption',
      { ...TOKEN, secretRef: 'k', baseUrl: 'http://127.0.0.1:1/' },
    ],
    ['no secret and no encryption', { baseUrl: 'http://kb.example.com/' }],
    [
      'documents for items',
      { idField: 'id', titleField: 't', uriTemplate: 'https://a.example.com/{{ id }}' },
    ],
    ['keys that are null', { nextCursorPath: null, cursorStyle: null, secretRef: null, provider: null }],
  ])('is valid with %s', (_, config) => {
    expect(findings(config)).toEqual([]);
  });

  test.each([
    [
      { nextCursorPath: 'next', cursorStyle: 'offset', cursorParam: 'skip' },
      'fail pagination_twice',
      'nextCursorPath',
    ],
    [{ nextCursorPath: 'next', cursorStyle: 'page' }, 'fail pagination_twice', 'nextCursorPath'],
    [{ cursorStyle: 'cursor', cursorParam: 'after' }, 'fail missing_key', 'nextCursorPath'],
    [{ currentOffsetPath: 'skip' }, 'fail misplaced_key', 'currentOffsetPath'],
    [{ cursorStyle: 'offset' }, 'warn missing_key', 'cursorParam'],
    [{ pageSizeParam: 'page' }, 'fail pagination_twice', 'pageSizeParam'],
    [{ baseUrl: 'https://kb.example.com/?page=1' }, 'fail pagination_twice', 'baseUrl'],
    [{ baseUrl: 'https://kb.example.com/?limit=5' }, 'fail pagination_twice', 'baseUrl'],
    [{ pageSizeParam: null }, 'warn missing_key', 'pageSizeParam'],
    [{ itemsPath: 'data..items' }, 'fail wrong_value', 'itemsPath'],
    [{ totalPath: 'data[].total' }, 'fail wrong_value', 'totalPath'],
    [{ textFields: ['title', 'a.0'] }, 'fail wrong_value', 'textFields[1]'],
    [{ headersTemplate: { Connection: 'close' } }, 'fail misplaced_key', 'headersTemplate.Connection'],
    [{ ifNoneMatchHeader: 'Content-Length' }, 'fail misplaced_key', 'ifNoneMatchHeader'],
    [{ titleField: 'title' }, 'fail misplaced_key', 'titleField'],
    [{ uriTemplate: 'https://a.example.com/{{ id }}' }, 'fail misplaced_key', 'uriTemplate'],
    [{ idField: 'id', uriTemplate: 'https://a.example.com/{{ id' }, 'fail template_syntax', 'uriTemplate'],
    [{ idField: 'id', uriTemplate: 'kb/{{ id }}' }, 'warn uri_invalid', 'uriTemplate'],
    [{ allowedRolesOverride: [] }, 'warn acl_contradiction', 'allowedRolesOverride'],
    [{ headersTemplate: TOKEN.headersTemplate }, 'fail missing_key', 'requiresAuth'],
    [{ requiresAuth: true }, 'warn secret_unused', 'requiresAuth'],
    [{ secretRef: 'kb' }, 'warn secret_unused', 'secretRef'],
    [{ provider: 'kb' }, 'warn secret_unused', 'provider'],
    [
      { ...TOKEN, headersTemplate: { ...TOKEN.headersTemplate, A: '{{ API_KEY }}' } },
      'fail wrong_value',
      'headersTemplate.A',
    ],
    [{ baseUrl: 'https://kb.example.com/?key={{API_KEY}}' }, 'fail wrong_value', 'baseUrl'],
    [{ ...TOKEN, baseUrl: 'http://kb.example.com/' }, 'fail secret_in_clear', 'baseUrl'],
    [{ baseUrl: 'https://user:word@kb.example.com/' }, 'fail secret_in_file', 'baseUrl'],
    [{ ...TOKEN, secretRef: 'postgres://u:p@h/d' }, 'fail secret_in_file', 'secretRef'],
    [
      { headersTemplate: { Authorization: 'Bearer sk-live-9f8A7b6C5d4E3f2G1h' } },
      'fail secret_in_file',
      'headersTemplate.Authorization',
    ],
  ] as const)('has a problem with %j', (config, problem, key) => {
    expect(findings(config)).toContain(`${problem} spec.config.${key}`);
  });

  test('is warned that nobody sees its chunks when the default roles are empty and not replaced', () => {
    const path = 'warn acl_contradiction spec.defaultAllowedRoles';
    expect(findings({}, { defaultAllowedRoles: [] })).toEqual([path]);
    expect(findings({ allowedRolesOverride: null }, { defaultAllowedRoles: [] })).toEqual([path]);
    expect(findings({ allowedRolesOverride: ['member'] }, { defaultAllowedRoles: [] })).toEqual([]);
  });

  test('may send a secret without encryption where the policy allows it', () => {
    const config = { ...TOKEN, secretRef: 'kb', baseUrl: 'http://kb.internal/articles' };
    expect(findings(config)).toEqual(['fail secret_in_clear spec.config.baseUrl']);
    expect(findings(config, {}, config.baseUrl)).toEqual([]);
  });

  test('has a schedule of five fields', () => {
    expect(findings({}, { schedule: '0 0 30 2 *' })).toEqual(['fail schedule_invalid spec.schedule']);
  });

  test.each([
    [{ ...TOKEN, secretRef: 'kb-token', provider: 'other' }, 'kb-token'],
    [{ ...TOKEN, provider: 'kb' }, 'kb'],
    [TOKEN, 'rest'],
  ])('uses one secret: %j', (config, ref) => {
    const { secrets, servers } = knowledgeSourceKind.uses({ spec: { config: { ...CONFIG, ...config } } });
    expect(secrets.map((secret) => secret.ref)).toEqual([ref]);
    expect(servers).toEqual([{ path: 'spec.config.baseUrl', address: CONFIG.baseUrl, secretRefs: [ref] }]);
  });

  test('uses no secret when it requires none', () => {
    expect(knowledgeSourceKind.uses({ spec: { config: { ...CONFIG, secretRef: 'kb' } } }).secrets).toEqual(
      [],
    );
  });
});

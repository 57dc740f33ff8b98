import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { valueAt } from '../../../src/definitions/draft.ts';
import { knowledgeSourceDocument } from '../../../src/definitions/knowledge-source/schema-document.ts';
import { isKnowledgeSource, shapeFindings } from '../../../src/definitions/knowledge-source/schema.ts';
import type { KnowledgeConfig, KnowledgeSource } from '../../../src/definitions/knowledge-source/types.ts';
import type { Whole } from '../../support/definitions/whole.ts';

const config: Whole<KnowledgeConfig> = {
  baseUrl: 'https://kb.example.com/articles?lang=en',
  cursorParam: 'after',
  pageSizeParam: 'limit',
  defaultPageSize: 100,
  itemsPath: 'data',
  nextCursorPath: 'meta.next',
  cursorStyle: 'cursor',
  currentOffsetPath: 'skip',
  totalPath: 'total',
  headersTemplate: { Authorization: 'Bearer {{API_KEY}}' },
  requiresAuth: true,
  provider: 'kb',
  secretRef: 'kb-token',
  textFields: ['title', 'body.text'],
  allowedRolesOverride: ['member'],
  ifNoneMatchHeader: 'If-None-Match',
  ifModifiedSinceHeader: 'If-Modified-Since',
  idField: 'id',
  titleField: 'title',
  uriTemplate: 'https://kb.example.com/{{ id }}',
};

const whole: Whole<KnowledgeSource> = {
  apiVersion: 'sync.gemini.io/v1alpha1',
  kind: 'KnowledgeSource',
  metadata: { name: 'kb', description: 'All there is.', labels: { team: 'support' } },
  spec: {
    type: 'rest',
    title: 'Knowledge base',
    tenantId: 'acme',
    backofficeOnly: true,
    defaultAllowedRoles: ['member'],
    schedule: '0 3 * * *',
    timeZone: 'Europe/London',
    paused: true,
    catchUp: 'none',
    deleteLimit: { count: 5, ratio: 0.1 },
    config,
  },
};

function withConfig(changes: object): unknown {
  return { ...whole, spec: { ...whole.spec, config: { ...config, ...changes } } };
}

describe('the schema and the types of knowledge sources', () => {
  test('agree on an example that has every field', () => {
    expect(shapeFindings(whole)).toEqual([]);
  });

  test.each(knowledgeSourceDocument.properties.map(({ path }) => path))('both know %s', (path) => {
    expect(valueAt(whole, path)).not.toBeUndefined();
  });

  test.each(knowledgeSourceDocument.properties)('describe $path for the field reference', ({ schema }) => {
    expect(schema.description).toMatch(/^[A-Z`].*\.$/s);
  });

  test('have an example for each field, for editors', () => {
    const without = knowledgeSourceDocument.properties.filter(({ schema }) => schema.examples === undefined);
    expect(without.map(({ path }) => path)).toEqual(['metadata', 'spec']);
  });
});

describe('the schema of knowledge sources', () => {
  test('takes the configuration of DummyJSON in the scenario as it is', () => {
    const dummyJson: unknown = JSON.parse(`{
      "baseUrl": "https://dummyjson.com/products",
      "cursorParam": "skip",
      "pageSizeParam": "limit",
      "defaultPageSize": 50,
      "itemsPath": "products",
      "nextCursorPath": null,
      "currentOffsetPath": "skip",
      "totalPath": "total",
      "headersTemplate": {},
      "textFields": ["title", "description", "brand", "category", "tags"],
      "allowedRolesOverride": ["member","support","operations","admin"],
      "requiresAuth": false,
      "cursorStyle": "offset"
    }`);
    expect(isKnowledgeSource({ ...whole, spec: { ...whole.spec, config: dummyJson } })).toBe(true);
  });

  test('takes null for every key of the configuration that may be missing', () => {
    const nulls = Object.fromEntries(Object.keys(config).map((key) => [key, null]));
    expect(shapeFindings(withConfig({ ...nulls, baseUrl: config.baseUrl }))).toEqual([]);
    expect(shapeFindings(withConfig({ baseUrl: null })).map(({ path }) => path)).toEqual([
      'spec.config.baseUrl',
    ]);
  });

  test('refuses unknown keys in every mapping that has named ones, and names the likely key', () => {
    const open = knowledgeSourceDocument.properties.filter(
      ({ schema }) => schema.properties !== undefined && schema['additionalProperties'] !== false,
    );
    expect(open).toEqual([]);
    expect(shapeFindings(withConfig({ baseURL: 'x' }))).toMatchObject([
      { code: 'unknown_key', path: 'spec.config.baseURL' },
    ]);
    const { cursorParam, ...others } = config;
    const misspelt = { ...whole, spec: { ...whole.spec, config: { ...others, cursor_param: cursorParam } } };
    expect(shapeFindings(misspelt)).toMatchObject([
      { message: 'cursor_param is not a key of spec.config. Did you mean cursorParam?', fix: 'cursorParam:' },
    ]);
  });

  test.each([
    ['defaultPageSize', 101],
    ['defaultPageSize', 0],
    ['cursorStyle', 'pages'],
    ['baseUrl', 'ftp://kb.example.com'],
    ['baseUrl', 'https://kb.example.com/#articles'],
    ['headersTemplate', { 'a b': 'x' }],
    ['headersTemplate', { a: 'x\ny' }],
    ['textFields', []],
    ['requiresAuth', 'yes'],
  ])('refuses %s: %j', (key, value) => {
    const [finding] = shapeFindings(withConfig({ [key]: value }));
    expect(finding?.path).toMatch(new RegExp(`^spec\\.config\\.${key}`));
  });

  test('accepts its own examples', () => {
    for (const { path, schema } of knowledgeSourceDocument.properties) {
      for (const example of schema.examples ?? []) {
        const changed = structuredClone(whole);
        const parent = path.includes('.') ? valueAt(changed, path.replace(/\.[^.]+$/, '')) : changed;
        Reflect.set(Object(parent) as object, path.split('.').at(-1) ?? '', example);
        expect({ path, findings: shapeFindings(changed) }).toEqual({ path, findings: [] });
      }
    }
  });

  test('says something about any value, and never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(shapeFindings(value)).not.toEqual([]);
      }),
    );
  });
});

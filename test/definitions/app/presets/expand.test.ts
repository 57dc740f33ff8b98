import { describe, expect, test } from '@jest/globals';
import { expandAppPreset } from '../../../../src/definitions/app/presets/expand.ts';
import { appPresetOf, readAppPresets } from '../../../../src/definitions/app/presets/app-preset.ts';
import { appKind } from '../../../../src/definitions/app/kind.ts';
import { expandedYaml } from '../../../../src/definitions/presets/expanded-yaml.ts';
import { readYaml } from '../../../../src/definitions/yaml/yaml.ts';

const SHOP = appPresetOf(
  'shop',
  `spec:
  baseUrl: https://api.shop.example.com
  auth:
    type: api_key
    name: X-Shop-Key
  headers:
    X-Version: '3'
  collections:
    - key: shop_product
      path: /products
      recordsPath: data
      pagination:
        type: page
        totalPagesPath: pages
    - key: shop_order
      path: /orders
`,
);

const expand = (spec: object) => expandAppPreset({ spec: { preset: 'shop', ...spec } }, () => [SHOP]);

describe('the preset of an app', () => {
  test('fills in every key that the file does not have', () => {
    const { value, paths, preset, findings } = expand({ secretRef: 'shop-key' });
    expect(value).toEqual({ spec: { preset: 'shop', secretRef: 'shop-key', ...SHOP.spec } });
    expect(paths).toEqual(['spec.baseUrl', 'spec.auth', 'spec.headers', 'spec.collections']);
    expect({ name: preset?.name, findings }).toEqual({ name: 'shop', findings: [] });
  });

  test('leaves what the file has, and fills in each header separately', () => {
    const { value, paths } = expand({ baseUrl: 'https://eu.shop.example.com', headers: { 'X-Team': 'a' } });
    expect(value).toMatchObject({
      spec: { baseUrl: 'https://eu.shop.example.com', headers: { 'X-Team': 'a', 'X-Version': '3' } },
    });
    expect(paths).toEqual(['spec.auth', 'spec.headers.X-Version', 'spec.collections']);
  });

  test('does not fill in credentials beside others', () => {
    const oauth = { grantType: 'client_credentials' };
    const { value, paths } = expand({ oauth });
    expect(value).toMatchObject({ spec: { oauth } });
    expect(value).not.toHaveProperty('spec.auth');
    expect(paths).not.toContain('spec.auth');
  });

  test('fills in the collections of the file by their keys, and adds none', () => {
    const collections = [
      { key: 'shop_product', pagination: { type: 'page', pageSizeField: 'limit' } },
      { key: 'shop_return', path: '/returns' },
    ];
    const { value, paths } = expand({ collections });
    expect(value).toMatchObject({
      spec: {
        collections: [
          {
            key: 'shop_product',
            path: '/products',
            recordsPath: 'data',
            pagination: { type: 'page', pageSizeField: 'limit', totalPagesPath: 'pages' },
          },
          { key: 'shop_return', path: '/returns' },
        ],
      },
    });
    expect(paths.filter((path) => path.includes('collections'))).toEqual([
      'spec.collections[0].path',
      'spec.collections[0].recordsPath',
      'spec.collections[0].pagination.totalPagesPath',
    ]);
  });

  test('needs a path for a collection that it does not have', () => {
    const { value } = expand({ secretRef: 'a', collections: [{ key: 'shop_return' }] });
    expect(appKind.ruleFindings(value, () => false)).toMatchObject([
      { code: 'missing_key', path: 'spec.collections[0].path' },
    ]);
  });

  test('that does not exist is reported with the likely name', () => {
    expect(expand({ preset: 'shopp' }).findings).toMatchObject([
      { code: 'preset_unknown', path: 'spec.preset', fix: 'preset: shop' },
    ]);
    expect(expand({ preset: 'salesforce' }).findings).toMatchObject([{ fix: 'one of shop' }]);
  });

  test.each([{ preset: 1 }, { collections: 'all' }, { collections: [1, null, { key: 7 }] }, { headers: [] }])(
    'leaves values of other types to the schema: %j',
    (spec) => {
      expect(expand(spec).value).toMatchObject({ spec });
    },
  );

  test('is written out with a comment at each key that it filled in', () => {
    const text = 'spec:\n  preset: shop\n  collections:\n    - key: shop_order\n';
    const written = expandedYaml(
      text,
      expandAppPreset(readYaml(text).value, () => [SHOP]),
    );
    expect(written).toContain('baseUrl: https://api.shop.example.com # preset shop\n');
    expect(written).toContain('path: /orders');
    expect(written).not.toContain('preset: shop');
    expect(readYaml(written).value).toEqual({
      spec: {
        baseUrl: 'https://api.shop.example.com',
        auth: { type: 'api_key', name: 'X-Shop-Key' },
        headers: { 'X-Version': '3' },
        collections: [{ key: 'shop_order', path: '/orders' }],
      },
    });
  });
});

test.each(readAppPresets().map(({ name }) => name))(
  'an app with the preset %s and a secret is valid',
  (name) => {
    const { value, findings } = appKind.expand({
      apiVersion: 'sync.gemini.io/v1alpha1',
      kind: 'App',
      metadata: { name },
      spec: { preset: name, secretRef: `${name}-key` },
    });
    expect(findings).toEqual([]);
    expect(appKind.shapeFindings(value)).toEqual([]);
    expect(appKind.ruleFindings(value, () => false)).toEqual([]);
    expect(appKind.isShaped(value)).toBe(true);
  },
);

import { describe, expect, test } from '@jest/globals';
import { appKind } from '../../../src/definitions/app/kind.ts';

const COLLECTION = { key: 'shop_product', path: '/products' };
const SHARED = { baseUrl: 'https://api.example.com/v1', secretRef: 'shop-token' };

function findings(spec: object, allowed = ''): string[] {
  const app = { metadata: { name: 'shop' }, spec: { ...SHARED, collections: [COLLECTION], ...spec } };
  return appKind
    .ruleFindings(app, (address) => address === allowed)
    .map(({ status = 'fail', code, path }) => `${status} ${code} ${path}`);
}

const ofCollection = (collection: object) => findings({ collections: [{ ...COLLECTION, ...collection }] });

const EVENTS = {
  path: '/events',
  parameter: 'created[gte]',
  typePath: 'type',
  types: ['customer.*'],
  objectIdPath: 'data.id',
  objectPath: '/customers/{id}',
  keptFor: '29d',
};

describe('an app', () => {
  test.each([
    ['one collection', {}],
    ['several collections', { collections: [COLLECTION, { key: 'shop_order', path: '/orders' }] }],
    ['no secret', { secretRef: undefined }],
    ['a server on this machine', { baseUrl: 'http://127.0.0.1:8080' }],
    ['an OAuth token', { secretRef: undefined, oauth: { grantType: 'client_credentials', clientId: 'a' } }],
  ])('is valid with %s', (_, spec) => {
    expect(findings(spec)).toEqual([]);
  });

  test.each([
    ['a parameter', { incremental: { parameter: 'since', format: 'epoch_ms', overlap: '1h' } }],
    ['a time in the path', { path: '/a?since=:since', incremental: { format: 'iso8601' } }],
    ['a time in the body', { method: 'POST', incremental: { payload: { filter: { after: ':since' } } } }],
    ['days', { updatedField: 'at', incremental: { parameter: 's', granularity: 'day', overlap: '1d' } }],
    ['events', { incremental: { events: EVENTS } }],
    ['parents', { path: '/a/{{ parent.id }}/b', parents: { url: '/a' } }],
    [
      'parents on the same server',
      { path: '/a/{{ parent.id }}', parents: { url: 'https://api.example.com/a' } },
    ],
    ['a detail', { detail: { url: '/products/{{ record.id }}' } }],
  ])('may have a collection with %s', (_, collection) => {
    expect(ofCollection(collection)).toEqual([]);
  });

  test.each([
    [{ schedule: '* * *' }, 'fail schedule_invalid spec.schedule'],
    [{ collections: [COLLECTION, COLLECTION] }, 'fail duplicate_name spec.collections[1].key'],
    [{ baseUrl: 'http://api.example.com' }, 'fail secret_in_clear spec.baseUrl'],
    [{ baseUrl: 'https://u:p@api.example.com' }, 'fail secret_in_file spec.baseUrl'],
    [{ secretRef: 'https://u:p@h' }, 'fail secret_in_file spec.secretRef'],
    [{ secretRef: undefined, auth: { type: 'bearer' } }, 'fail missing_key spec.secretRef'],
    [{ auth: { type: 'bearer', name: 'X-Key' } }, 'fail misplaced_key spec.auth.name'],
    [{ secretHeaders: { Authorization: 'a' } }, 'fail auth_twice spec.secretHeaders.Authorization'],
    [{ headers: { Connection: 'close' } }, 'fail misplaced_key spec.headers.Connection'],
    [
      { headers: { 'X-Api-Key': 'sk-live-9f8A7b6C5d4E3f2G1h' } },
      'fail secret_in_file spec.headers.X-Api-Key',
    ],
    [{ tls: { certFile: '/a.pem' } }, 'fail missing_key spec.tls.keyFile'],
    [{ signing: { template: '{{ nothing }}' } }, 'fail wrong_value spec.signing.template'],
    [{ oauth: { grantType: 'client_credentials', username: 'a' } }, 'fail misplaced_key spec.oauth.username'],
  ])('has one problem with %j', (spec, problem) => {
    expect(findings(spec).filter((one) => one.startsWith('fail'))).toEqual([problem]);
  });

  test.each([
    [{ pagination: { type: 'cursor', cursorField: 'a' } }, 'missing_key', 'pagination.nextCursorPath'],
    [{ pagination: { type: 'page', cursorField: 'a' } }, 'misplaced_key', 'pagination.cursorField'],
    [
      { pagination: { type: 'page', restart: { afterSeconds: 1 } } },
      'missing_key',
      'pagination.restart.statuses',
    ],
    [{ pagination: { type: 'page', incompletePath: 'a..b' } }, 'wrong_value', 'pagination.incompletePath'],
    [{ payloadFormat: 'form' }, 'misplaced_key', 'payloadFormat'],
    [{ headers: { Connection: 'close' } }, 'misplaced_key', 'headers.Connection'],
    [{ recordsPath: 'a.0.b' }, 'wrong_value', 'recordsPath'],
    [{ idField: 'a[].id' }, 'wrong_value', 'idField'],
    [{ updatedField: '.at' }, 'wrong_value', 'updatedField'],
    [{ ignoreFields: ['a', 'b..c'] }, 'wrong_value', 'ignoreFields[1]'],
    [{ path: '/a/{{ parent.id }}' }, 'wrong_value', 'path'],
    [{ parents: { url: '/a' } }, 'wrong_value', 'path'],
    [{ path: '/{{ parent.id }}', parents: { url: 'https://evil.test/a' } }, 'wrong_value', 'parents.url'],
    [{ detail: { url: 'https://evil.test/{{ record.id }}' } }, 'wrong_value', 'detail.url'],
    [{ detail: { url: '/a' } }, 'wrong_value', 'detail.url'],
    [{ detail: { url: '/a/{{ record.id }}', format: 'text' } }, 'missing_key', 'detail.into'],
    [{ path: '/a?since=:since' }, 'missing_key', 'incremental'],
    [{ incremental: { format: 'iso8601' } }, 'missing_key', 'incremental.parameter'],
    [{ path: '/a?since=1', incremental: { parameter: 'since' } }, 'wrong_value', 'incremental.parameter'],
    [{ incremental: { parameter: 'a', overlap: '2h' } }, 'wrong_value', 'incremental.overlap'],
    [{ incremental: { parameter: 'a', granularity: 'day' } }, 'missing_key', 'updatedField'],
    [
      { updatedField: 'a', incremental: { parameter: 'a', granularity: 'day', overlap: '8d' } },
      'wrong_value',
      'incremental.overlap',
    ],
    [{ incremental: { parameter: 'a', events: EVENTS } }, 'misplaced_key', 'incremental.parameter'],
    [
      { incremental: { events: { ...EVENTS, objectPath: '/a' } } },
      'wrong_value',
      'incremental.events.objectPath',
    ],
    [{ incremental: { events: { ...EVENTS, keptFor: '1h' } } }, 'wrong_value', 'incremental.events.keptFor'],
    [
      { incremental: { events: { ...EVENTS, deletedTypes: ['customer.*'] } } },
      'wrong_value',
      'incremental.events.deletedTypes',
    ],
  ])('has one problem with the collection %j', (collection, code, key) => {
    expect(ofCollection(collection)).toEqual([`fail ${code} spec.collections[0].${key}`]);
  });

  test('reports a mistake in what its collections share once', () => {
    const collections = [COLLECTION, { key: 'b', path: '/b' }, { key: 'c', path: '/c' }];
    const spec = { baseUrl: 'http://api.example.com', auth: { type: 'bearer', name: 'X' }, collections };
    expect(findings(spec)).toEqual([
      'fail misplaced_key spec.auth.name',
      'fail secret_in_clear spec.baseUrl',
    ]);
  });

  test('may send credentials without encryption where the policy allows its server', () => {
    const spec = { baseUrl: 'http://shop.internal' };
    const app = { metadata: { name: 'shop' }, spec: { ...SHARED, ...spec, collections: [COLLECTION] } };
    const allows = (address: string) => new URL(address).hostname === 'shop.internal';
    expect(appKind.ruleFindings(app, allows)).toEqual([]);
  });

  test('uses the secrets of its credentials, and the servers of its addresses', () => {
    const spec = {
      ...SHARED,
      secretHeaders: { 'X-App': 'shop-app' },
      login: { url: 'https://login.example.com', secretRef: 'shop-password' },
      tls: { caFile: '/etc/ca.pem' },
      collections: [
        { ...COLLECTION, parents: { url: 'https://api.example.com/p' } },
        { key: 'b', path: '/b' },
      ],
    };
    expect(appKind.uses({ spec })).toEqual({
      secrets: [
        { path: 'spec.secretRef', ref: 'shop-token' },
        { path: 'spec.login.secretRef', ref: 'shop-password' },
        { path: 'spec.secretHeaders.X-App', ref: 'shop-app' },
      ],
      servers: [
        {
          path: 'spec.baseUrl',
          address: SHARED.baseUrl,
          secretRefs: ['shop-token', 'shop-password', 'shop-app'],
        },
        { path: 'spec.login.url', address: 'https://login.example.com', secretRefs: ['shop-password'] },
        {
          path: 'spec.collections[0].parents.url',
          address: 'https://api.example.com/p',
          secretRefs: ['shop-token', 'shop-password', 'shop-app'],
        },
      ],
      files: [{ path: 'spec.tls.caFile', file: '/etc/ca.pem', isNormalized: false }],
    });
  });
});

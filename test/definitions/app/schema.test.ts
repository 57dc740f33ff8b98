import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { valueAt } from '../../../src/definitions/draft.ts';
import { appDocument } from '../../../src/definitions/app/schema-document.ts';
import { isApp, shapeFindings } from '../../../src/definitions/app/schema.ts';
import type {
  App,
  AppCollection,
  AppPagination,
  ChangedSince,
  EventFeed,
} from '../../../src/definitions/app/types.ts';
import type { Whole } from '../../support/definitions/whole.ts';

const pagination: Whole<AppPagination> = {
  type: 'cursor',
  cursorField: 'starting_after',
  nextCursorPath: 'data[-1].id',
  nextCursorHeader: 'X-Next',
  nextUrlPath: 'links.next',
  nextUrlBasePath: 'links.base',
  rewriteNextUrl: { from: 'http://internal/', to: 'https://api.example.com/' },
  keepQuery: true,
  pageField: 'page',
  startPage: 0,
  totalPagesPath: 'pages',
  totalPagesHeader: 'X-Total-Pages',
  offsetField: 'skip',
  totalPath: 'total',
  totalHeader: 'X-Total-Count',
  hasMorePath: 'has_more',
  lastPagePath: 'last',
  parametersIn: 'body',
  endsOnShortPage: true,
  endStatuses: [404],
  incompletePath: 'request_status.type',
  incompleteValues: ['incomplete'],
  constantCursor: true,
  inclusive: true,
  pageSizeField: 'limit',
  pageSize: 100,
  maxPages: 50,
  restart: { statuses: [404], words: ['resource_missing'], afterSeconds: 60 },
};

const parents: Whole<NonNullable<AppCollection['parents']>> = {
  url: '/v1/projects',
  method: 'POST',
  payload: {},
  recordsPath: 'data',
  pagination,
  concurrency: 2,
  maxParents: 100,
  missingStatuses: [404],
};

const changed: Whole<ChangedSince> = {
  path: '/v1/changes?since=:since',
  method: 'POST',
  pagination,
  parents,
  parameter: 'updated_since',
  payload: { query: { value: ':since' } },
  format: 'epoch_seconds',
  overlap: '5m',
  granularity: 'minute',
};

const feed: Whole<EventFeed> = {
  events: {
    path: '/v1/events',
    recordsPath: 'data',
    pagination,
    parameter: 'created[gte]',
    format: 'epoch_seconds',
    overlap: '5m',
    timePath: 'created',
    typePath: 'type',
    types: ['customer.*'],
    deletedTypes: ['customer.deleted'],
    objectIdPath: 'data.object.id',
    objectPath: '/v1/customers/{id}',
    objectRecordsPath: 'data',
    objectPagination: pagination,
    deletedPath: 'deleted',
    keptFor: '29d',
  },
};

const collection = {
  key: 'shop_customer',
  path: '/v1/customers?expand=address',
  listing: 'partial',
  method: 'POST',
  payload: { status: 'all' },
  payloadFormat: 'form',
  headers: { 'Accept-Language': 'en' },
  recordsPath: 'data',
  parents,
  parentFields: { project: 'id' },
  detail: {
    url: '/v1/customers/{{ record.id }}',
    recordPath: 'data',
    into: 'customer',
    format: 'json',
    concurrency: 2,
    missingStatuses: [404],
  },
  fields: { readers: 'permissions[].email' },
  ignoreSigns: ['meta.total'],
  idField: 'id',
  updatedField: 'updated_at',
  archivedField: 'archived_at',
  pagination,
  incremental: { ...changed, ...feed },
  ignoreFields: ['last_seen_at'],
} satisfies Whole<Omit<AppCollection, 'incremental'>> & { incremental: Whole<ChangedSince & EventFeed> };

const shared: Whole<Omit<App['spec'], 'collections' | 'auth'>> = {
  appKey: 'shop_EU-1',
  preset: 'stripe',
  baseUrl: 'https://api.example.com',
  apiVersion: '2025-02-24',
  schedule: '*/15 * * * *',
  timeZone: 'Europe/London',
  paused: true,
  catchUp: 'none',
  deleteLimit: { count: 5, ratio: 0.1 },
  secretRef: 'shop-token',
  oauth: {
    grantType: 'client_credentials',
    tokenUrl: 'https://login.example.com/token',
    clientId: 'sync',
    clientSecretRef: 'shop-oauth',
    refreshTokenRef: 'shop-refresh',
    username: 'sync',
    passwordRef: 'shop-password',
    privateKeyRef: 'shop-key',
    issuer: 'sync',
    subject: 'sync',
    assertionAudience: 'shop',
    keyId: '1',
    scopes: ['read'],
    audience: 'shop',
    parameters: { resource: 'shop' },
    clientAuthMethod: 'client_secret_post',
  },
  login: {
    url: 'https://api.example.com/login',
    username: 'sync',
    secretRef: 'shop-password',
    usernameField: 'user',
    passwordField: 'password',
    format: 'form',
    payload: { remember: false },
    tokenPath: 'token',
    header: 'X-Token',
    scheme: 'Token',
  },
  headers: { 'X-Api-Version': '2025-02-24' },
  secretHeaders: { 'X-App-Key': 'shop-app-key' },
  signing: {
    secretRef: 'shop-signing-key',
    algorithm: 'sha256',
    encoding: 'hex',
    header: 'X-Signature',
    timestampHeader: 'X-Timestamp',
    template: '{{ method }}{{ path }}',
    prefix: 'sha256=',
  },
  tls: { caFile: '/etc/ssl/ca.pem', certFile: '/etc/ssl/client.pem', keyFile: '/etc/ssl/client.key' },
  rateLimit: {
    requestsPerMinute: 60,
    requestsPerSecond: 3,
    statuses: [403],
    words: ['quota'],
    resetHeader: 'X-Reset',
  },
  requestTimeoutSeconds: 30,
};

const whole = {
  apiVersion: 'sync.gemini.io/v1alpha1',
  kind: 'App',
  metadata: { name: 'shop', description: 'All there is.', labels: { team: 'shop' } },
  spec: {
    ...shared,
    auth: { type: 'api_key', in: 'query', name: 'key', username: 'sync' },
    collections: [collection],
  },
};

/** The value at a path with `[]` for the first item of a list. */
function firstAt(path: string): unknown {
  return path
    .replaceAll('[]', '.0')
    .split('.')
    .reduce<unknown>((value, key) => valueAt(value, key), whole);
}

function withCollection(changes: object): unknown {
  return { ...whole, spec: { ...whole.spec, collections: [{ ...collection, ...changes }] } };
}

describe('the schema and the types of apps', () => {
  test('agree on an example that has every field', () => {
    expect(shapeFindings(whole)).toEqual([]);
  });

  test.each(appDocument.properties.map(({ path }) => path))('both know %s', (path) => {
    expect(firstAt(path)).not.toBeUndefined();
  });

  test.each(appDocument.properties)('describe $path for the field reference', ({ schema }) => {
    expect(schema.description).toMatch(/^[A-Z`].*\.$/s);
  });
});

describe('the schema of apps', () => {
  test('describes fields in the words of apps', () => {
    const descriptions = appDocument.properties.map(({ schema }) => schema.description ?? '');
    expect(descriptions.filter((text) => /rest_pull|connector|mapping/.test(text))).toEqual([]);
  });

  test('refuses unknown keys in every mapping that has named ones, and names the likely key', () => {
    const open = appDocument.properties.filter(
      ({ schema }) => schema.properties !== undefined && schema['additionalProperties'] !== false,
    );
    expect(open).toEqual([]);
    const { idField, ...others } = collection;
    expect(
      shapeFindings({ ...whole, spec: { ...whole.spec, collections: [{ ...others, id_field: idField }] } }),
    ).toMatchObject([
      {
        path: 'spec.collections[0].id_field',
        message: 'id_field is not a key of spec.collections[0]. Did you mean idField?',
      },
    ]);
  });

  test('needs an address, collections and their paths without a preset', () => {
    const app = (spec: object) =>
      shapeFindings({ ...whole, spec }).map(({ code, path }) => `${code} ${path}`);
    expect(app({})).toEqual(['missing_key spec.baseUrl', 'missing_key spec.collections']);
    expect(app({ baseUrl: 'https://a.example.com', collections: [{ key: 'a' }] })).toEqual([
      'missing_key spec.collections[0].path',
    ]);
    expect(app({ preset: 'stripe' })).toEqual([]);
    expect(isApp({ ...whole, spec: { preset: 'stripe' } })).toBe(false);
  });

  test.each(['/v1/x', '/v1/{{ parent.id }}/x?a=b', '/a?created[gte]=:since', '/v1/{a'])(
    'takes the path %s',
    (path) => {
      expect(shapeFindings(withCollection({ path }))).toEqual([]);
    },
  );

  test.each([
    'v1/x',
    '//evil.example.com/x',
    'https://evil.example.com/x',
    '/a b',
    '/a#b',
    '/\\evil',
    '/{{ a',
  ])('refuses the path %s, which is not one of the server of baseUrl', (path) => {
    expect(shapeFindings(withCollection({ path })).map((finding) => finding.path)).toEqual([
      'spec.collections[0].path',
    ]);
  });

  test.each(['shop', 'Shop_EU-1', 'a'.repeat(64)])('takes the app key %s', (appKey) => {
    expect(isApp({ ...whole, spec: { ...whole.spec, appKey } })).toBe(true);
  });

  test.each(['', 'a.b', 'ä', 'a b', 'a'.repeat(65)])('refuses the app key %j', (appKey) => {
    expect(shapeFindings({ ...whole, spec: { ...whole.spec, appKey } }).map(({ path }) => path)).toEqual([
      'spec.appKey',
    ]);
  });

  test('does not repeat a value that may be a secret', () => {
    const canary = 'canary canary';
    const findings = [
      ...shapeFindings(withCollection({ path: canary, headers: { A: 1 }, payload: canary })),
      ...shapeFindings({ ...whole, spec: { ...whole.spec, baseUrl: canary, secretHeaders: { A: '' } } }),
    ];
    expect(findings.length).toBeGreaterThan(3);
    expect(JSON.stringify(findings.filter(({ path }) => !path.endsWith('payload')))).not.toContain('canary');
  });

  test('accepts its own examples', () => {
    const preset = { ...whole, spec: { ...whole.spec } };
    for (const { path, schema } of appDocument.properties) {
      for (const example of schema.examples ?? []) {
        const changed = structuredClone(preset);
        const segments = path.replaceAll('[]', '.0').split('.');
        const parent = segments.slice(0, -1).reduce<unknown>((value, key) => valueAt(value, key), changed);
        Reflect.set(Object(parent) as object, segments.at(-1) ?? '', example);
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

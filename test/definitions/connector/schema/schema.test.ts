import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { valueAt } from '../../../../src/definitions/draft.ts';
import { connectorDocument } from '../../../../src/definitions/connector/schema/schema-document.ts';
import { isConnector, shapeFindings } from '../../../../src/definitions/connector/schema/schema.ts';
import type { Whole } from '../../../support/definitions/whole.ts';
import type { CsvSpec, PaginationSpec } from '../../../../src/definitions/rest/types.ts';
import type {
  Connector,
  FileSourceSpec,
  HttpSourceSpec,
  SqlSourceSpec,
} from '../../../../src/definitions/connector/types.ts';

const sqlSource: Whole<SqlSourceSpec> = {
  type: 'postgres',
  secretRef: 'hr-db-credentials',
  query: 'SELECT id, name FROM t WHERE u > :watermark',
  unchangedQuery: 'SELECT count(*), max(u) FROM t',
  fullListingEveryHours: 12,
  watermarkField: 'u',
  watermarkLag: '5m',
  connectTimeoutSeconds: 5,
  statementTimeoutSeconds: 60,
  tls: { caFile: '/etc/ssl/ca.pem' },
  rowLevelSecurity: 'allow',
  connections: 2,
  thick: true,
};

const csvSpec: Whole<CsvSpec> = {
  delimiter: ';',
  quote: '',
  header: true,
  columns: ['id'],
  normalizeHeader: true,
  errorCells: 'null',
};

const pagination: Whole<PaginationSpec> = {
  type: 'cursor',
  cursorField: 'cursor',
  nextCursorPath: 'meta.next',
  nextCursorHeader: 'X-Next',
  nextUrlPath: 'links.next',
  pageField: 'page',
  startPage: 0,
  totalPagesPath: 'pages',
  offsetField: 'skip',
  totalPath: 'total',
  hasMorePath: 'has_more',
  parametersIn: 'body',
  nextUrlBasePath: 'links.base',
  rewriteNextUrl: { from: 'http://internal/', to: 'https://kb.example.com/' },
  totalPagesHeader: 'X-Total-Pages',
  totalHeader: 'X-Total-Count',
  lastPagePath: 'last',
  endsOnShortPage: true,
  endStatuses: [404],
  incompletePath: 'request_status.type',
  incompleteValues: ['incomplete'],
  constantCursor: true,
  inclusive: true,
  keepQuery: true,
  pageSizeField: 'limit',
  pageSize: 100,
  maxPages: 50,
};

const httpSource: Whole<HttpSourceSpec> = {
  type: 'http',
  secretRef: 'kb-token',
  url: 'https://kb.example.com/articles',
  method: 'POST',
  payload: { status: 'published', nested: { list: [1, 'two', null] } },
  headers: { 'Accept-Language': 'en' },
  watermarkField: 'updated_at',
  paginationCursorField: 'cursor',
  paginationNextCursorJsonPath: 'meta.next_cursor',
  watermarkLag: '5m',
  watermarkStart: '2020-01-01',
  pagination,
  recordsPath: 'data.items',
  auth: { type: 'api_key', in: 'query', name: 'key', username: 'sync' },
  rateLimit: {
    requestsPerMinute: 60,
    requestsPerSecond: 3,
    statuses: [403],
    words: ['quota'],
    resetHeader: 'X-Reset',
  },
  ignoreSigns: ['meta.total', '206'],
  resumable: true,
  pagesPerRun: 10,
  requestTimeoutSeconds: 30,
  ordering: 'updated_at',
  tls: { caFile: '/etc/ssl/ca.pem', certFile: '/etc/ssl/client.pem', keyFile: '/etc/ssl/client.key' },
  oauth: {
    grantType: 'client_credentials',
    tokenUrl: 'https://login.example.com/token',
    clientId: 'sync',
    clientSecretRef: 'kb-oauth',
    refreshTokenRef: 'kb-refresh',
    username: 'sync',
    passwordRef: 'kb-password',
    privateKeyRef: 'kb-key',
    issuer: 'sync',
    subject: 'sync',
    assertionAudience: 'kb',
    keyId: '1',
    scopes: ['read'],
    audience: 'kb',
    parameters: { resource: 'kb' },
    clientAuthMethod: 'client_secret_post',
  },
  login: {
    url: 'https://kb.example.com/login',
    username: 'sync',
    secretRef: 'kb-password',
    usernameField: 'user',
    passwordField: 'password',
    format: 'form',
    payload: { remember: false },
    tokenPath: 'token',
    header: 'X-Token',
    scheme: 'Token',
  },
  secretHeaders: { 'X-App-Key': 'kb-app-key' },
  signing: {
    secretRef: 'kb-signing-key',
    algorithm: 'sha256',
    encoding: 'hex',
    header: 'X-Signature',
    timestampHeader: 'X-Timestamp',
    template: '{{ method }}{{ path }}',
    prefix: 'sha256=',
  },
  payloadFormat: 'form',
  responseFormat: 'csv',
  csv: csvSpec,
  watermarkFormat: '%Y-%m-%d',
  watermarkTimeZone: 'Europe/Berlin',
  window: { step: '30d', windowsPerRun: 10 },
  changes: {
    deletedPath: 'status',
    deletedValues: ['archived'],
    nextPath: 'next_token',
    nextField: 'token',
    resetStatuses: [410],
  },
  parents: {
    url: 'https://kb.example.com/spaces',
    method: 'POST',
    payload: {},
    recordsPath: 'spaces',
    pagination,
    concurrency: 2,
    maxParents: 100,
    missingStatuses: [404],
  },
  detail: {
    url: 'https://kb.example.com/articles/{{ record.id }}',
    recordPath: 'data',
    into: 'article',
    format: 'json',
    concurrency: 2,
    missingStatuses: [404],
  },
  job: {
    start: { url: 'https://kb.example.com/jobs', payload: {}, idPath: 'id' },
    poll: {
      url: 'https://kb.example.com/jobs/{{ job.id }}',
      statusPath: 'state',
      doneValues: ['done'],
      failedValues: ['failed'],
      intervalSeconds: 1,
      timeoutSeconds: 60,
    },
    resultUrlPath: 'url',
  },
  recordKeyField: 'key',
  parentFields: { space: 'key' },
  fields: { readers: 'permissions[].email' },
  preset: 'example',
};

const fileSource: Whole<FileSourceSpec> = {
  type: 'file',
  path: '/srv/exports',
  glob: '**/*.csv',
  format: 'csv',
  documentPer: 'row',
  encoding: 'windows-1252',
  csv: csvSpec,
};

const whole = (
  mode: Connector['spec']['mode'],
  source: typeof sqlSource | typeof httpSource | typeof fileSource,
): Whole<Connector> => ({
  apiVersion: 'sync.gemini.io/v1alpha1',
  kind: 'Connector',
  metadata: { name: 'example', description: 'All there is.', labels: { team: 'hr' } },
  spec: {
    mode,
    schedule: '0 3 * * *',
    timeZone: 'Europe/London',
    paused: true,
    catchUp: 'none',
    source,
    mapping: {
      idField: ['id', 'part'],
      titleField: 'name',
      contentTemplate: '{{ name }}',
      uriTemplate: 'https://example.com/{{ id }}',
      mimeType: 'text/plain',
      aclUsersField: 'users',
      aclGroupsField: 'groups',
      metadataFields: ['office'],
    },
    output: { bucket: 'gs://company-gemini-sync', prefix: 'example', format: 'ndjson' },
    gemini: {
      projectId: 'my-project',
      location: 'global',
      dataStoreId: 'example-ds',
      acl: 'required',
      contentConfig: 'NO_CONTENT',
    },
    reconciliation: { deletePolicy: 'never_delete', deleteLimit: { count: 5, ratio: 0.1 } },
    quarantine: { maxCount: 5, maxRatio: 0.5, maxConsecutive: 3 },
  },
});

/** What is fetched and what is pushed have fields of their own, in one type. */
function withSource(connector: Whole<Connector>, source: object) {
  return { ...connector, spec: { ...connector.spec, source } };
}

const sql = whole('sql_pull', sqlSource);
const { ordering, ...pullSource } = httpSource;
const http = withSource(whole('rest_pull', httpSource), pullSource);
const push = withSource(whole('rest_push', httpSource), {
  type: 'http',
  secretRef: httpSource.secretRef,
  ordering,
});
const file = whole('file_pull', fileSource);

describe('the schema and the types', () => {
  test('agree on an example that has every field', () => {
    expect(shapeFindings(sql)).toEqual([]);
    expect(shapeFindings(http)).toEqual([]);
    expect(shapeFindings(file)).toEqual([]);
    expect(shapeFindings(push)).toEqual([]);
  });

  test.each(connectorDocument.properties.map(({ path }) => path))('both know %s', (path) => {
    const values = [sql, http, file, push].map((example) => valueAt(example, path));
    expect(values.some((value) => value !== undefined)).toBe(true);
  });

  test.each(connectorDocument.properties)('describe $path for the field reference', ({ schema }) => {
    expect(schema.description).toMatch(/^[A-Z`].*\.$/s);
  });
});

describe('the schema', () => {
  test('refuses unknown keys in every mapping that has named ones', () => {
    const open = connectorDocument.properties.filter(
      ({ schema }) => schema.properties !== undefined && schema['additionalProperties'] !== false,
    );
    expect(open).toEqual([]);
    expect(connectorDocument.root['additionalProperties']).toBe(false);
  });

  test('accepts its own examples', () => {
    const examples = connectorDocument.properties.filter(
      ({ path, schema }) => schema.examples && !path.includes('oauth'),
    );
    for (const { path, schema } of examples) {
      const example = [sql, http, push].find((candidate) => valueAt(candidate, path) !== undefined) ?? file;
      const changed = structuredClone(example);
      const parent = valueAt(changed, path.replace(/\.[^.]+$/, ''));
      Reflect.set(Object(parent) as object, path.split('.').at(-1) ?? '', schema.examples?.[0]);
      expect({ path, findings: shapeFindings(changed) }).toEqual({ path, findings: [] });
    }
  });

  test.each(['90s', '0s', 0, 1_000])('takes the watermark lag %j', (watermarkLag) => {
    expect(isConnector(whole('sql_pull', { ...sqlSource, watermarkLag }))).toBe(true);
  });

  test.each(['*.csv', '**/*.csv', '2026-0[1-3]/*.{csv,txt}', 'a..b.csv', 'hr/export.v1.csv'])(
    'takes the glob %s',
    (glob) => {
      expect(isConnector(whole('file_pull', { ...fileSource, glob }))).toBe(true);
    },
  );

  test.each(['/etc/*', '!*.csv', '../*.csv', 'a/../../*', '..', '{..,a}/*', '{a,..}/x', '@(..|a)/*', 'a\\*'])(
    'refuses the glob %s, which is not a path below the folder',
    (glob) => {
      const findings = shapeFindings(whole('file_pull', { ...fileSource, glob }));
      expect(findings.map(({ path }) => path)).toEqual(['spec.source.glob']);
    },
  );

  test.each(['', ',,', '\n', '\r'])('refuses the delimiter %j', (delimiter) => {
    const csv = { ...fileSource.csv, delimiter };
    const findings = shapeFindings(whole('file_pull', { ...fileSource, csv }));
    expect(findings.map(({ path }) => path)).toEqual(['spec.source.csv.delimiter']);
  });

  test.each(['gs://b_c-1.d', 'file:///var/out', 'file://./local-bucket'])('takes the bucket %s', (bucket) => {
    expect(shapeFindings({ ...sql, spec: { ...sql.spec, output: { ...sql.spec.output, bucket } } })).toEqual(
      [],
    );
  });

  test.each(['gs://', 'gs://A', 's3://bucket', 'file://', 'gs://bucket/folder', '/var/out'])(
    'refuses %s',
    (bucket) => {
      const findings = shapeFindings({
        ...sql,
        spec: { ...sql.spec, output: { ...sql.spec.output, bucket } },
      });
      expect(findings.map(({ path }) => path)).toEqual(['spec.output.bucket']);
    },
  );

  test('says something about any value, and never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(shapeFindings(value)).not.toEqual([]);
      }),
    );
  });
});

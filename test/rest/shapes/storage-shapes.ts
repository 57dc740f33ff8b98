import { generateKeyPairSync } from 'node:crypto';
import { contentful, rateLimited as contentfulLimit } from '../../stand-ins/rest/storage/contentful.ts';
import { cosmosDb, rateLimited as cosmosLimit } from '../../stand-ins/rest/storage/cosmos-db.ts';
import { Elasticsearch, rateLimited as elasticLimit } from '../../stand-ins/rest/storage/elasticsearch.ts';
import { firebase, rateLimited as firebaseLimit } from '../../stand-ins/rest/storage/firebase.ts';
import { GoogleDrive, rateLimited as driveLimit } from '../../stand-ins/rest/storage/google-drive.ts';
import { Graph, rateLimited as graphLimit } from '../../stand-ins/rest/storage/graph.ts';
import type { ApiShape } from '../../contracts/api-shape.contract.ts';
import { presetConnector, type ApiConnector } from '../../support/http/api-place.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const SERVICE_ACCOUNT = JSON.stringify({
  type: 'service_account',
  client_email: 'reader@my-project.iam.gserviceaccount.com',
  private_key_id: 'k1',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
});

/** A connector of its own, for an API without a preset. */
function ownConnector(source: object, mapping: object, deletePolicy: string): ApiConnector {
  return { source: { ...source }, mapping: { ...mapping }, deletePolicy };
}

const graphOauth = (origin: string) => ({
  tokenUrl: `${origin}/acme/oauth2/v2.0/token`,
  clientId: '11111111-2222-3333-4444-555555555555',
  clientSecretRef: 'graph-client',
});

const driveOauth = (origin: string) => ({
  tokenUrl: `${origin}/token`,
  privateKeyRef: 'drive-service-account',
  subject: 'sync@example.com',
});

function elasticConnector(origin: string, query: object, watermark: object, deletePolicy: string) {
  return ownConnector(
    {
      url: `${origin}/articles/_search`,
      method: 'POST',
      payload: { sort: [{ updated: 'asc' }, { id: 'asc' }], ...query },
      recordsPath: 'hits.hits',
      pagination: {
        type: 'cursor',
        cursorField: 'search_after',
        nextCursorPath: 'hits.hits[-1].sort',
        pageSizeField: 'size',
        pageSize: 2,
      },
      ...watermark,
    },
    { idField: '_id', titleField: '_source.title', contentTemplate: '{{ _source.title }}' },
    deletePolicy,
  );
}

function cosmosConnector(origin: string, where: string, watermark: object, deletePolicy: string) {
  return ownConnector(
    {
      url: `${origin}/dbs/kb/colls/articles/docs`,
      method: 'POST',
      headers: {
        'Content-Type': 'application/query+json',
        'x-ms-documentdb-isquery': 'true',
        'x-ms-max-item-count': '2',
      },
      payload: { query: `SELECT * FROM c${where}`, parameters: [] },
      recordsPath: 'Documents',
      pagination: {
        type: 'cursor',
        parametersIn: 'header',
        cursorField: 'x-ms-continuation',
        nextCursorHeader: 'x-ms-continuation',
      },
      ...watermark,
    },
    { idField: 'id', titleField: 'title', contentTemplate: '{{ title }}' },
    deletePolicy,
  );
}

function firebaseConnector(origin: string, source: object, deletePolicy: string) {
  return ownConnector(
    { url: `${origin}/articles.json`, recordsPath: '*', recordKeyField: 'key', ...source },
    { idField: 'key', titleField: 'title', contentTemplate: '{{ title }}' },
    deletePolicy,
  );
}

export const STORAGE_SHAPES = {
  'a list of SharePoint': {
    start: (records) => new Graph(records).reply,
    rateLimited: graphLimit,
    reads: 'whole',
    deletes: 'missing',
    secrets: { 'graph-client': 's3cr3t-of-a-client' },
    connector: (origin) =>
      presetConnector('sharepoint-list', {
        url: `${origin}/v1.0/sites/acme/lists/Policies/items`,
        oauth: graphOauth(origin),
        pagination: { pageSize: 2 },
      }),
  },
  'the delta feed of a list of SharePoint': {
    start: (records) => new Graph(records).reply,
    rateLimited: graphLimit,
    reads: 'changes',
    deletes: 'reported',
    secrets: { 'graph-client': 's3cr3t-of-a-client' },
    connector: (origin) =>
      presetConnector('sharepoint-list-changes', {
        url: `${origin}/v1.0/sites/acme/lists/Policies/items/delta`,
        oauth: graphOauth(origin),
      }),
  },
  'files of Google Drive': {
    start: (records) => new GoogleDrive(records).reply,
    rateLimited: driveLimit,
    reads: 'whole',
    deletes: 'missing',
    secrets: { 'drive-service-account': SERVICE_ACCOUNT },
    connector: (origin) =>
      presetConnector('google-drive', {
        url: `${origin}/drive/v3/files`,
        oauth: driveOauth(origin),
        pagination: { pageSize: 2 },
        detail: { url: `${origin}/drive/v3/files/{{ record.id }}/export?mimeType=text%2Fplain` },
      }),
  },
  'the changes of Google Drive': {
    start: (records) => new GoogleDrive(records).reply,
    rateLimited: driveLimit,
    reads: 'changes',
    deletes: 'reported',
    secrets: { 'drive-service-account': SERVICE_ACCOUNT },
    connector: (origin) =>
      ownConnector(
        {
          url: `${origin}/drive/v3/changes?pageToken=0`,
          oauth: { grantType: 'jwt_bearer', ...driveOauth(origin) },
          recordsPath: 'changes',
          pagination: {
            type: 'cursor',
            cursorField: 'pageToken',
            nextCursorPath: 'nextPageToken',
            pageSizeField: 'pageSize',
            pageSize: 2,
          },
          fields: { readers: 'file.permissions[type=user].emailAddress' },
          changes: { deletedPath: 'removed', nextPath: 'newStartPageToken', nextField: 'pageToken' },
          rateLimit: { words: ['userRateLimitExceeded'] },
        },
        {
          idField: 'fileId',
          titleField: 'file.name',
          contentTemplate: '{{ file.name }}',
          aclUsersField: 'readers',
        },
        'auto_delete_missing',
      ),
  },
  'a search of Elasticsearch': {
    start: (records) => new Elasticsearch(records).reply,
    rateLimited: elasticLimit,
    reads: 'whole',
    deletes: 'missing',
    connector: (origin) => elasticConnector(origin, {}, {}, 'auto_delete_missing'),
  },
  'a search of changes in Elasticsearch': {
    start: (records) => new Elasticsearch(records).reply,
    rateLimited: elasticLimit,
    reads: 'changes',
    deletes: 'nothing',
    connector: (origin) =>
      elasticConnector(
        origin,
        { query: { range: { updated: { gte: ':watermark' } } } },
        { watermarkField: '_source.updated' },
        'never_delete',
      ),
  },
  'the sync of Contentful': {
    start: contentful,
    rateLimited: contentfulLimit,
    reads: 'changes',
    deletes: 'reported',
    connector: (origin) =>
      ownConnector(
        {
          url: `${origin}/spaces/s/environments/master/sync?initial=true`,
          recordsPath: 'items',
          pagination: { type: 'next_url', nextUrlPath: 'nextPageUrl', keepQuery: false },
          changes: {
            deletedPath: 'sys.type',
            deletedValues: ['DeletedEntry', 'DeletedAsset'],
            nextPath: 'nextSyncUrl',
          },
        },
        {
          idField: 'sys.id',
          titleField: 'fields.title.en-US',
          contentTemplate: '{{ fields.title.en-US }}',
        },
        'auto_delete_missing',
      ),
  },
  'a query of Cosmos DB': {
    start: cosmosDb,
    rateLimited: cosmosLimit,
    reads: 'whole',
    deletes: 'missing',
    connector: (origin) => cosmosConnector(origin, '', {}, 'auto_delete_missing'),
  },
  'a query of changes in Cosmos DB': {
    start: cosmosDb,
    rateLimited: cosmosLimit,
    reads: 'changes',
    deletes: 'nothing',
    connector: (origin) =>
      cosmosConnector(
        origin,
        ' WHERE c._ts >= :watermark',
        { watermarkField: '_ts', watermarkStart: 0 },
        'never_delete',
      ),
  },
  'a map of Firebase': {
    start: firebase,
    rateLimited: firebaseLimit,
    reads: 'whole',
    deletes: 'missing',
    inOneResponse: true,
    connector: (origin) => firebaseConnector(origin, {}, 'auto_delete_missing'),
  },
  'the changes in a map of Firebase': {
    start: firebase,
    rateLimited: firebaseLimit,
    reads: 'changes',
    deletes: 'nothing',
    inOneResponse: true,
    connector: (origin) =>
      firebaseConnector(
        origin,
        {
          payload: { orderBy: '"updated"', startAt: ':watermark' },
          watermarkField: 'updated',
          watermarkStart: 0,
        },
        'never_delete',
      ),
  },
} as const satisfies Readonly<Record<string, ApiShape>>;

import type { JsonObject } from '../../support/files/json.ts';
import { ApiError, errorInfo } from './api-error.ts';
import type { Branch } from './branch/branch.ts';
import type { Call, Service } from './call.ts';
import {
  createDocument,
  deleteDocument,
  getDocument,
  listDocuments,
  patchDocument,
} from './branch/documents.ts';
import type { Fault, ReceivedRequest } from './faults.ts';
import { importDocuments } from './branch/import-documents.ts';
import { PERMISSIONS, type Permission } from './options.ts';
import { purgeDocuments } from './branch/purge-documents.ts';
import { testProjectPermissions } from './project-permissions.ts';
import { getDataStore, getOperation, getSchema, listOperations } from './reads.ts';

interface Route {
  readonly method: string;
  /** What follows the data store's name. Its only group is the id. */
  readonly rest: RegExp;
  readonly permission: Permission;
  /** Query parameters of its own. */
  readonly query: readonly string[];
  readonly handle: (call: Call) => JsonObject | Promise<JsonObject>;
}

const PAGES = ['pageSize', 'pageToken'];

const ROUTES: readonly Route[] = [
  route('POST', 'BRANCH/documents:import', 'import', [], importDocuments),
  route('POST', 'BRANCH/documents:purge', 'purge', [], purgeDocuments),
  route('GET', 'BRANCH/documents', 'list', PAGES, listDocuments),
  route('POST', 'BRANCH/documents', 'create', ['documentId'], createDocument),
  route('GET', 'BRANCH/documents/ID', 'get', [], getDocument),
  route('PATCH', 'BRANCH/documents/ID', 'update', ['allowMissing', 'updateMask'], patchDocument),
  route('DELETE', 'BRANCH/documents/ID', 'delete', [], deleteDocument),
  route('GET', 'BRANCH/operations/ID', 'operationsGet', [], getOperation),
  route('GET', 'BRANCH/operations', 'operationsList', [...PAGES, 'filter'], listOperations),
  route('GET', 'schemas/ID', 'getSchema', [], getSchema),
  route('GET', '', 'getDataStore', [], getDataStore),
];

function route(
  method: string,
  rest: string,
  permission: Permission,
  query: readonly string[],
  handle: Route['handle'],
): Route {
  const pattern = rest.replace('BRANCH', 'branches/(?:0|default_branch)').replace('ID', '([^/:]+)');
  return { method, rest: new RegExp(`^${pattern}$`), permission, query, handle };
}

const DATA_STORE =
  /^\/v1\/projects\/([^/]+)\/locations\/([^/]+)\/(?:collections\/default_collection\/)?dataStores\/([^/:]+)(?:\/(.*))?$/;

/** The route of Cloud Resource Manager, whose API has a host of its own. */
const PROJECT_PERMISSIONS = /^\/v3\/projects\/([^/:]+):testIamPermissions$/;

/** Parameters that every method of every Google API has. */
const SYSTEM_QUERY = [
  '$alt',
  'alt',
  '$prettyPrint',
  'prettyPrint',
  '$fields',
  'fields',
  'key',
  'access_token',
];

/**
 * Answers a request as the service does.
 * @throws ApiError what the caller is told
 */
export async function dispatch(
  service: Service,
  branches: readonly Branch[],
  request: ReceivedRequest,
  body: JsonObject,
  fault: Fault | undefined,
): Promise<JsonObject> {
  const { settings } = service;
  const tested = PROJECT_PERMISSIONS.exec(request.path)?.[1];
  if (tested !== undefined && request.method === 'POST') {
    return testProjectPermissions(settings, branches, decoded(tested), body);
  }
  const [, project = '', location = '', dataStore = '', rest = ''] = DATA_STORE.exec(request.path) ?? [];
  const found = ROUTES.find(({ method, rest: pattern }) => method === request.method && pattern.test(rest));
  if (dataStore === '' || found === undefined) {
    throw new ApiError('NOT_FOUND', `${request.method} ${request.path} was not found on this server.`);
  }
  if (settings.permissions[found.permission] === false) throw denied(found.permission, request.path);
  const branch = branches.find(
    ({ setup }) =>
      [setup.project, settings.projectNumber].includes(decoded(project)) &&
      setup.location === decoded(location) &&
      setup.id === decoded(dataStore),
  );
  if (branch === undefined) throw new ApiError('NOT_FOUND', `DataStore ${request.path} not found.`);
  refuseUnknownQuery(found, request.query);
  const id = decoded(found.rest.exec(rest)?.[1] ?? '');
  return found.handle({ service, branch, id, query: request.query, body, fault });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ApiError('INVALID_ARGUMENT', `${part} in the URL is not percent-encoded.`);
  }
}

function refuseUnknownQuery(found: Route, query: ReceivedRequest['query']): void {
  const allowed = [...SYSTEM_QUERY, ...found.query];
  const unknown = Object.keys(query).find((name) => !allowed.includes(name));
  if (unknown === undefined) return;
  throw new ApiError(
    'INVALID_ARGUMENT',
    `Invalid JSON payload received. Unknown name "${unknown}": Cannot bind query parameter.`,
  );
}

function denied(permission: Permission, path: string): ApiError {
  const resource = path.replace(/^\/v1\//, '//discoveryengine.googleapis.com/');
  return new ApiError(
    'PERMISSION_DENIED',
    `Permission '${PERMISSIONS[permission]}' denied on resource '${resource}' (or it may not exist).`,
    [errorInfo('IAM_PERMISSION_DENIED')],
  );
}

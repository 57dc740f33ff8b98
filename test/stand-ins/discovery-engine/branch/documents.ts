import { parsedDocumentProblems } from '../../../support/discovery-protos/documents.ts';
import type { JsonObject } from '../../../support/files/json.ts';
import { ApiError } from '../api-error.ts';
import type { Branch, StoredDocument } from './branch.ts';
import { refuseProblems, type Call } from '../call.ts';
import { page } from '../page.ts';

export function getDocument({ branch, id }: Call): JsonObject {
  refuseAclStore(branch);
  const stored = branch.documents.get(id);
  if (stored === undefined) throw notFound(branch, id);
  return shown(branch, stored);
}

export function listDocuments({ branch, query }: Call): JsonObject {
  refuseAclStore(branch);
  const { items, next } = page([...branch.documents.values()], query, { standard: 100, most: 1000 });
  const one = shownAs(query['fields'], branch);
  return { ...(items.length > 0 ? { documents: items.map(one) } : {}), ...next };
}

/** The only mask that the stand-in has; Google's APIs have many. */
const IDS_ONLY = 'nextPageToken,documents/id';

function shownAs(fields: string | undefined, branch: Branch): (stored: StoredDocument) => JsonObject {
  if (fields === undefined) return (stored) => shown(branch, stored);
  if (fields === IDS_ONLY) return ({ id }) => ({ id });
  throw new ApiError('UNIMPLEMENTED', `The stand-in has no field mask ${fields}.`);
}

export function createDocument(call: Call): JsonObject {
  const { branch, query, body } = call;
  const id = query['documentId'] ?? '';
  if (branch.documents.has(id)) {
    throw new ApiError('ALREADY_EXISTS', `Document ${branch.name}/documents/${id} already exists.`);
  }
  return write(call, id, body);
}

export function patchDocument(call: Call): JsonObject {
  const { branch, query, body, id } = call;
  if (query['updateMask'] !== undefined)
    throw new ApiError('UNIMPLEMENTED', 'The stand-in has no updateMask.');
  if (query['allowMissing'] !== 'true' && !branch.documents.has(id)) throw notFound(branch, id);
  return write(call, id, body);
}

export function deleteDocument({ branch, id }: Call): JsonObject {
  if (!branch.documents.delete(id)) throw notFound(branch, id);
  return {};
}

/** The id comes with the URL; one in the body must be the same. */
function write(call: Call, id: string, body: JsonObject): JsonObject {
  const { branch } = call;
  const document: JsonObject = { id, ...body };
  if (document['id'] !== id) throw new ApiError('INVALID_ARGUMENT', `document.id is not ${id}.`);
  refuseProblems(call, parsedDocumentProblems(document, branch.setup));
  return shown(branch, branch.put(id, document));
}

function shown(branch: Branch, { id, document }: StoredDocument): JsonObject {
  const indexTime = '2026-11-20T12:00:00Z';
  return {
    ...document,
    name: `${branch.name}/documents/${id}`,
    id,
    schemaId: 'default_schema',
    indexTime,
    indexStatus: { indexTime },
  };
}

/** Google: get and list do not give access to the documents of such a store. How they say so is from a field report. */
function refuseAclStore({ setup }: Branch): void {
  if (!setup.aclEnabled) return;
  throw new ApiError(
    'INVALID_ARGUMENT',
    `Documents of data store ${setup.id} cannot be read: it has access control.`,
  );
}

function notFound(branch: Branch, id: string): ApiError {
  return new ApiError('NOT_FOUND', `Document ${branch.name}/documents/${id} not found.`);
}

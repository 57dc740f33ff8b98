import { isJsonObject, listAt, objectAt, parsedObject, textAt, type JsonObject } from '../files/json.ts';
import { problemsOf } from './check.ts';

/** What a data store asks of its documents; set when it was created. */
export interface DataStoreRules {
  readonly aclEnabled: boolean;
  readonly contentConfig: 'CONTENT_REQUIRED' | 'NO_CONTENT';
}

/** The proto allows 128 characters; the characters are those that were seen to be taken (`.` was refused). */
const ID = /^[a-zA-Z0-9_-]{1,128}$/;
const NAME_LENGTH_MAX = 1024;
const PARENT_ID_LENGTH_MAX = 63;
const RAW_BYTES_MAX = 1_000_000;
const READERS_MAX = 3000;

/** Without the layout parser, which images need. */
const MIME_TYPES: ReadonlySet<string> = new Set([
  ...['application/pdf', 'text/html', 'text/plain', 'application/xml', 'text/xml', 'application/json'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.ms-excel.sheet.macroenabled.12',
]);

/** What is wrong with one line of an NDJSON file that is imported with `dataSchema: document`. */
export function documentProblems(line: string, dataStore: DataStoreRules): string[] {
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    return ['The line is not JSON.'];
  }
  return parsedDocumentProblems(document, dataStore);
}

/** The same for a document that is parsed already, as in an inline import. */
export function parsedDocumentProblems(document: unknown, dataStore: DataStoreRules): string[] {
  const problems = problemsOf('Document', document);
  if (problems.length > 0 || !isJsonObject(document)) return problems;
  return [
    ...nameProblems(document),
    ...dataProblems(document),
    ...contentProblems(document, dataStore),
    ...aclProblems(document, dataStore),
  ];
}

export function isDocumentId(id: unknown): boolean {
  return typeof id === 'string' && ID.test(id);
}

function nameProblems(document: JsonObject): string[] {
  const problems: string[] = [];
  const id = document['id'];
  if (!isDocumentId(id)) problems.push(`id: must match ${ID.source}, not ${shown(id)}`);
  const name = textAt(document, 'name');
  if (name !== undefined && (name.length > NAME_LENGTH_MAX || !name.endsWith(`/documents/${String(id)}`))) {
    problems.push('name: must be the full resource name that ends with the id');
  }
  if ((textAt(document, 'parentDocumentId')?.length ?? 0) > PARENT_ID_LENGTH_MAX) {
    problems.push(`parentDocumentId: has more than ${PARENT_ID_LENGTH_MAX} characters`);
  }
  return problems;
}

function shown(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value);
}

function dataProblems(document: JsonObject): string[] {
  const { structData, jsonData } = document;
  if (structData === undefined && jsonData === undefined) return ['one of structData and jsonData is needed'];
  if (typeof jsonData === 'string') return parsedObject(jsonData) ? [] : ['jsonData: holds no JSON object'];
  return hasRoundedNumber(structData)
    ? ['structData: has an integer beyond 2^53, which a Struct rounds; jsonData keeps it']
    : [];
}

function hasRoundedNumber(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasRoundedNumber);
}

function contentProblems(document: JsonObject, { contentConfig }: DataStoreRules): string[] {
  if (contentConfig === 'NO_CONTENT') {
    return document['content'] === undefined ? [] : ['content: the data store is NO_CONTENT'];
  }
  if (document['content'] === undefined) return ['content: the data store is CONTENT_REQUIRED'];
  const { rawBytes, uri, mimeType } = objectAt(document, 'content');
  const problems: string[] = [];
  if (typeof mimeType !== 'string' || !MIME_TYPES.has(mimeType)) {
    problems.push(`content.mimeType: ${shown(mimeType)} is not supported`);
  }
  if (typeof uri === 'string') {
    if (!/^gs:\/\/[^/]+\/./.test(uri)) problems.push('content.uri: must be gs://bucket/object');
  } else if (typeof rawBytes !== 'string' || rawBytes === '') {
    problems.push('content: has neither rawBytes nor uri, or they are empty');
  } else if (Buffer.byteLength(rawBytes, 'base64') > RAW_BYTES_MAX) {
    problems.push(`content.rawBytes: is more than ${RAW_BYTES_MAX} bytes`);
  }
  return problems;
}

function aclProblems(document: JsonObject, { aclEnabled }: DataStoreRules): string[] {
  if (!aclEnabled) {
    return document['aclInfo'] === undefined ? [] : ['aclInfo: the data store has no access control'];
  }
  if (document['aclInfo'] === undefined) return ['aclInfo: the data store has access control'];
  const readers = listAt(objectAt(document, 'aclInfo'), 'readers').filter(isJsonObject);
  const problems = readers.length === 0 ? ['aclInfo.readers: names nobody'] : [];
  let principals = 0;
  for (const [index, entry] of readers.entries()) {
    const named = listAt(entry, 'principals').filter(isJsonObject);
    principals += named.length;
    if (named.length === 0 && entry['idpWide'] !== true)
      problems.push(`aclInfo.readers[${index}]: names nobody`);
    if (named.some((principal) => !Object.values(principal).some((value) => value !== ''))) {
      problems.push(`aclInfo.readers[${index}]: has an empty principal`);
    }
  }
  if (principals > READERS_MAX)
    problems.push(`aclInfo: has ${principals} readers, of at most ${READERS_MAX}`);
  return problems;
}

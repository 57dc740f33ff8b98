import { isJsonObject, listAt, objectAt, textAt, type JsonObject } from '../files/json.ts';
import { problemsOf } from './check.ts';
import { isDocumentId } from './documents.ts';

const URIS_MAX = 100;
const URI_LENGTH_MAX = 2000;
const INLINE_DOCUMENTS_MAX = 100;
const GS_URI = /^gs:\/\/[a-z0-9][a-z0-9._-]*\/./;

const DOCUMENT_NAME =
  /^projects\/[^/]+\/locations\/[^/]+\/(?:collections\/[^/]+\/)?dataStores\/[^/]+\/branches\/[^/]+\/documents\/([^/]+)$/;

/** What is wrong with the body of `documents:import`. Documents in it are checked as messages, not by the rules of a store. */
export function importRequestProblems(body: unknown): string[] {
  const problems = problemsOf('ImportDocumentsRequest', body, { pathParams: ['parent'] });
  if (!isJsonObject(body)) return problems;
  const schema = textAt(objectAt(body, 'gcsSource'), 'dataSchema') ?? 'document';
  const generic = body['gcsSource'] !== undefined && (schema === 'custom' || schema === 'csv');
  for (const field of ['idField', 'autoGenerateIds']) {
    if (body[field] !== undefined && !generic) {
      problems.push(`${field}: is only for a gcsSource with dataSchema custom or csv`);
    }
  }
  if (textAt(body, 'idField') !== undefined && body['autoGenerateIds'] === true) {
    problems.push('idField: does not go with autoGenerateIds');
  }
  const full = body['reconciliationMode'] === 'FULL' || body['reconciliationMode'] === 2;
  // Not in the proto: an uploader of Google's calls it unsupported, and each further batch would delete the one before.
  if (full && body['inlineSource'] !== undefined)
    problems.push('reconciliationMode: FULL is not for an inlineSource');
  if (!Object.keys(body).some((field) => field.endsWith('Source'))) problems.push('a source is needed');
  return [
    ...problems,
    ...gcsSourceProblems(body, ['document', 'custom', 'csv', 'content']),
    ...inlineProblems(body),
    ...errorConfigProblems(body),
  ];
}

/**
 * What is wrong with the body of `documents:purge`. One without a source empties the branch; that is a problem unless
 * `wholeBranch` is true.
 */
export function purgeRequestProblems(body: unknown, { wholeBranch = false } = {}): string[] {
  const problems = problemsOf('PurgeDocumentsRequest', body, { pathParams: ['parent'] });
  if (!isJsonObject(body)) return problems;
  if (typeof body['filter'] === 'string' && body['filter'] !== '*') problems.push('filter: must be *');
  const hasSource = body['gcsSource'] !== undefined || body['inlineSource'] !== undefined;
  if (!hasSource && !wholeBranch) problems.push(WHOLE_BRANCH);
  for (const name of listAt(objectAt(body, 'inlineSource'), 'documents')) {
    const id = typeof name === 'string' ? DOCUMENT_NAME.exec(name)?.[1] : undefined;
    if (!isDocumentId(id))
      problems.push(`inlineSource.documents: ${JSON.stringify(name)} is no full resource name`);
  }
  return [
    ...problems,
    ...gcsSourceProblems(body, ['document_id']),
    ...inlineProblems(body),
    ...errorConfigProblems(body),
  ];
}

/** The problem of a purge that names no documents. */
export const WHOLE_BRANCH = 'the purge has no source and would empty the branch';

function gcsSourceProblems(body: JsonObject, schemas: readonly string[]): string[] {
  const source = body['gcsSource'];
  if (!isJsonObject(source)) return [];
  const problems: string[] = [];
  const uris = listAt(source, 'inputUris');
  if (uris.length > URIS_MAX) {
    // Google's wording.
    problems.push(
      `At most ${URIS_MAX} values are allowed in "gcsSource.inputUris", but ${uris.length} values found.`,
    );
  }
  for (const uri of uris) {
    if (typeof uri !== 'string' || !GS_URI.test(uri) || uri.length > URI_LENGTH_MAX) {
      problems.push(`gcsSource.inputUris: ${JSON.stringify(uri).slice(0, 80)} is no gs:// URI of an object`);
    }
  }
  const schema = source['dataSchema'] ?? 'document';
  if (typeof schema !== 'string' || !schemas.includes(schema)) {
    problems.push(`gcsSource.dataSchema: must be ${schemas.join(' or ')}, not ${JSON.stringify(schema)}`);
  }
  return problems;
}

function inlineProblems(body: JsonObject): string[] {
  const documents = listAt(objectAt(body, 'inlineSource'), 'documents').length;
  if (documents <= INLINE_DOCUMENTS_MAX) return [];
  return [`inlineSource.documents: has ${documents} documents, of at most ${INLINE_DOCUMENTS_MAX}`];
}

function errorConfigProblems(body: JsonObject): string[] {
  if (body['errorConfig'] === undefined) return [];
  const prefix = textAt(objectAt(body, 'errorConfig'), 'gcsPrefix');
  if (prefix !== undefined && GS_URI.test(prefix)) return [];
  return ['errorConfig.gcsPrefix: must be a folder such as gs://bucket/errors/'];
}

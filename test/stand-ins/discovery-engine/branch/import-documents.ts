import {
  documentProblems,
  isDocumentId,
  parsedDocumentProblems,
} from '../../../support/discovery-protos/documents.ts';
import { importRequestProblems } from '../../../support/discovery-protos/requests.ts';
import {
  isJsonObject,
  listAt,
  objectAt,
  parsedObject,
  textAt,
  type JsonObject,
} from '../../../support/files/json.ts';
import { ApiError } from '../api-error.ts';
import { refuseProblems, startOperation, type Call } from '../call.ts';
import { Failures } from '../failures.ts';
import { inputLines } from './input-lines.ts';
import type { Outcome } from './operations.ts';

/** A document that is to be imported, or what is wrong with it. */
interface Candidate {
  readonly document: JsonObject;
  /** `gs://bucket/file:LINE`; undefined for an inline one. */
  readonly place: string | undefined;
  readonly problems: readonly string[];
}

/** `POST {branch}/documents:import`. A file that is not there or is empty ends the operation with an error. */
export async function importDocuments(call: Call): Promise<JsonObject> {
  const { service, branch, body } = call;
  refuseProblems(call, importRequestProblems(body));
  refuseUnbuilt(body);
  const errorConfig = objectAt(body, 'errorConfig');
  const failures = await Failures.under(service.settings, textAt(errorConfig, 'gcsPrefix'));
  if (
    service.settings.overlappingImports === 'refuse' &&
    service.operations.runningImports(branch.name) > 0
  ) {
    throw new ApiError('ABORTED', 'Another import into this branch is running.');
  }
  return startOperation(call, 'import', () => runImport(call, failures));
}

async function runImport(call: Call, failures: Failures): Promise<Outcome> {
  const { service, branch, body } = call;
  const imported = new Set<string>();
  try {
    for await (const candidate of candidates(call)) {
      const id = textAt(candidate.document, 'id');
      const name = id !== undefined && isDocumentId(id) ? `${branch.name}/documents/${id}` : undefined;
      const place = candidate.place ?? name ?? 'an inline document';
      service.violations.push(...candidate.problems.map((problem) => `${place}: ${problem}`));
      const rejection = service.settings.rejectDocument(candidate.document);
      const problems = rejection === undefined ? candidate.problems : [...candidate.problems, rejection];
      if (id === undefined || problems.length > 0) {
        await failures.add(problems.join('\n'), { place: candidate.place, name });
      } else {
        branch.put(id, candidate.document);
        imported.add(id);
      }
    }
  } finally {
    await failures.close();
  }
  // What a bad line was meant to be is gone as well: not documented, and the worse of the two.
  if (isFull(body)) keepOnly(branch.documents, imported);
  const { count, samples } = failures;
  return {
    counts: { successCount: imported.size, failureCount: count, totalCount: imported.size + count },
    response: {
      ...(samples.length > 0 ? { errorSamples: samples } : {}),
      ...(body['errorConfig'] === undefined ? {} : { errorConfig: body['errorConfig'] }),
    },
  };
}

async function* candidates({ service, branch, body }: Call): AsyncGenerator<Candidate, void> {
  const { settings } = service;
  for (const document of listAt(objectAt(body, 'inlineSource'), 'documents').filter(isJsonObject)) {
    yield { document, place: undefined, problems: parsedDocumentProblems(document, branch.setup) };
  }
  if (body['gcsSource'] === undefined) return;
  const uris = listAt(objectAt(body, 'gcsSource'), 'inputUris').map(String);
  for await (const { text, place } of inputLines(settings.storage, uris)) {
    if (text === undefined) {
      yield { document: {}, place, problems: ['The line is not UTF-8.'] };
      continue;
    }
    const document = parsedObject(text) ?? {};
    const problems = settings.checkDocuments ? documentProblems(text, branch.setup) : idProblems(document);
    yield { document, place, problems };
  }
}

function idProblems({ id }: JsonObject): string[] {
  return isDocumentId(id) ? [] : ['The document has no valid id.'];
}

function isFull({ reconciliationMode }: JsonObject): boolean {
  return reconciliationMode === 'FULL' || reconciliationMode === 2;
}

function keepOnly(documents: Map<string, unknown>, ids: ReadonlySet<string>): void {
  for (const id of documents.keys()) if (!ids.has(id)) documents.delete(id);
}

/** Better no answer than a wrong one. */
function refuseUnbuilt(body: JsonObject): void {
  const unbuilt = Object.keys(body).filter(
    (field) =>
      (field.endsWith('Source') && field !== 'gcsSource' && field !== 'inlineSource') ||
      field === 'updateMask',
  );
  const schema = textAt(objectAt(body, 'gcsSource'), 'dataSchema') ?? 'document';
  if (schema !== 'document') unbuilt.push(`dataSchema ${schema}`);
  if (unbuilt.length > 0) throw new ApiError('UNIMPLEMENTED', `The stand-in has no ${unbuilt.join(', ')}.`);
}

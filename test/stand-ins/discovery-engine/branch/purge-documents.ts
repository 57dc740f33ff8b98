import { isDocumentId } from '../../../support/discovery-protos/documents.ts';
import { purgeRequestProblems, WHOLE_BRANCH } from '../../../support/discovery-protos/requests.ts';
import { listAt, objectAt, textAt, type JsonObject } from '../../../support/files/json.ts';
import { ApiError } from '../api-error.ts';
import { refuseProblems, startOperation, type Call } from '../call.ts';
import { Failures } from '../failures.ts';
import { inputLines } from './input-lines.ts';
import { int64s, type Outcome } from './operations.ts';

const SAMPLE_MAX = 100;

/**
 * `POST {branch}/documents:purge`. Without a source it means every document, as at Google: with `force` the branch is empty
 * afterwards. That is a violation, but it happens.
 */
export async function purgeDocuments(call: Call): Promise<JsonObject> {
  const { service, body } = call;
  refuseProblems(call, purgeRequestProblems(body, { wholeBranch: true }));
  const wholeBranch = body['gcsSource'] === undefined && body['inlineSource'] === undefined;
  if (wholeBranch) service.violations.push(WHOLE_BRANCH);
  const inline = inlineIds(call);
  const failures = await Failures.under(service.settings, textAt(objectAt(body, 'errorConfig'), 'gcsPrefix'));
  return startOperation(call, 'purge', () => runPurge(call, wholeBranch, inline, failures));
}

async function runPurge(
  call: Call,
  wholeBranch: boolean,
  inline: readonly string[],
  failures: Failures,
): Promise<Outcome> {
  const { branch, body } = call;
  const named = new Set(wholeBranch ? branch.documents.keys() : inline);
  try {
    if (body['gcsSource'] !== undefined) for await (const id of listedIds(call, failures)) named.add(id);
  } finally {
    await failures.close();
  }
  const present = [...named].filter((id) => branch.documents.has(id));
  const missed = { failureCount: failures.count, ignoredCount: named.size - present.length };
  const purged = int64s({ purgeCount: present.length });
  if (body['force'] !== true) {
    const purgeSample = present.slice(0, SAMPLE_MAX).map((id) => `${branch.name}/documents/${id}`);
    return { counts: missed, response: { ...purged, ...(purgeSample.length > 0 ? { purgeSample } : {}) } };
  }
  for (const id of present) branch.documents.delete(id);
  return { counts: { successCount: present.length, ...missed }, response: purged };
}

/** With `dataSchema: document_id` a line is a bare id. */
async function* listedIds({ service, body }: Call, failures: Failures): AsyncGenerator<string, void> {
  const uris = listAt(objectAt(body, 'gcsSource'), 'inputUris').map(String);
  for await (const { text, place } of inputLines(service.settings.storage, uris)) {
    if (text !== undefined && isDocumentId(text)) {
      yield text;
    } else {
      const problem = `${JSON.stringify(text ?? 'not UTF-8').slice(0, 80)} is no document id.`;
      service.violations.push(`${place}: ${problem}`);
      await failures.add(problem, { place, name: undefined });
    }
  }
}

/** An inline purge has full names, which must be of this branch; unlike in a URL nothing in them is percent-encoded. */
function inlineIds({ body, branch }: Call): string[] {
  const { project, location, id: dataStore } = branch.setup;
  const [, number] = branch.name.split('/');
  return listAt(objectAt(body, 'inlineSource'), 'documents').map((name) => {
    const parts = String(name).replace('/collections/default_collection/', '/').split('/');
    const [, ofProject, , ofLocation, , ofDataStore, , ofBranch, , id = ''] = parts;
    const here =
      (ofProject === project || ofProject === number) &&
      ofLocation === location &&
      ofDataStore === dataStore &&
      (ofBranch === '0' || ofBranch === 'default_branch');
    if (!here) throw new ApiError('INVALID_ARGUMENT', `${String(name)} is no document of this branch.`);
    return id;
  });
}

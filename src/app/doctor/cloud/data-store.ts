import { aclOf, contentConfigOf, type ConnectorSpec } from '../../../definitions/connector/types.ts';
import { LOCATIONS } from '../../../definitions/connector/rules/gemini.ts';
import type { Endpoint } from '../../../core/endpoint.ts';
import { BridgeError, toBridgeError } from '../../../core/errors.ts';
import { silentLogger } from '../../../core/log.ts';
import { ENABLE_API } from '../../../gemini/api/answer-problems.ts';
import { openApi, type Api } from '../../../gemini/api/api.ts';
import {
  aclMismatch,
  contentMismatch,
  readDataStore,
  type StoreFacts,
  type StoreNeeds,
} from '../../../gemini/api/data-store.ts';
import { readSchema } from '../../../gemini/api/schema.ts';
import { HeldLeases } from '../../../pipeline/held-leases.ts';
import {
  check,
  fail,
  checkAdvisory,
  ok,
  skip,
  warn,
  withRemedy,
  type DoctorFinding,
  type Subject,
} from '../finding.ts';
import type { Remedy } from '../fix/remedy.ts';

const ABOUT_THE_STORE: readonly Subject[] = ['access control', 'content', 'schema'];

interface StoreFindings {
  readonly findings: DoctorFinding[];
  /** Undefined if the data store was not found, or if its resource name does not contain the number. */
  readonly projectNumber: string | undefined;
}

/** Whether the data store exists in the connector's location, and whether its settings match the connector's documents. */
export async function dataStoreFindings(
  spec: ConnectorSpec,
  endpoint: Endpoint | undefined,
  signal: AbortSignal,
): Promise<StoreFindings> {
  const { projectId, location, dataStoreId } = spec.gemini;
  const openAt = (place: string) =>
    openApi({ location: place, projectId, endpoint, ...ONCE, leases: new HeldLeases() });
  let facts: StoreFacts | undefined;
  const found = await check('data store', signal, async (inTime) => {
    try {
      facts = await readDataStore(spec.gemini, await openAt(location), inTime);
    } catch (thrown) {
      inTime.throwIfAborted();
      const error = toBridgeError(thrown);
      if (error.code === 'GEMINI_NOT_FOUND') {
        const elsewhere = await foundElsewhere(spec.gemini, openAt, inTime);
        if (elsewhere !== undefined) throw elsewhere;
      }
      const remedy = remedyOf(error);
      if (error.code !== 'GEMINI_PERMISSION' || aclOf(spec) === 'required') {
        return [withRemedy(fail('data store', error), remedy)];
      }
      // A run of this connector continues without this permission, because its documents have no readers to protect.
      const unseen = warn('data store', `This cannot be seen: ${error.message}`, error.hint ?? '');
      return [withRemedy(unseen, remedy)];
    }
    return [ok('data store', `Project ${projectId} has the data store ${dataStoreId} in ${location}.`)];
  });
  if (facts === undefined) {
    const rest = skip(ABOUT_THE_STORE, 'the data store could not be read');
    return { findings: [...found, ...rest], projectNumber: undefined };
  }
  const needs = { acl: aclOf(spec), contentConfig: contentConfigOf(spec) };
  const schema = await checkAdvisory('schema', signal, async (inTime) => [
    await schemaFinding(spec, await openAt(location), inTime),
  ]);
  const findings = [...found, aclFinding(needs, facts), contentFinding(needs, facts), ...schema];
  return { findings, projectNumber: facts.projectNumber };
}

function remedyOf({ code, hint = '' }: BridgeError): Remedy | undefined {
  if (code === 'GEMINI_NOT_FOUND') return { kind: 'create_data_store' };
  if (code !== 'GEMINI_PERMISSION') return undefined;
  return hint.startsWith(ENABLE_API) ? { kind: 'enable_api' } : { kind: 'grant_role' };
}

/** The check reports the failure of the first attempt, so it does not retry. */
const ONCE = { retry: { retries: 0, backoffSeconds: 0 }, log: silentLogger };

/** @returns an error that names the other location, if a data store of this name exists there */
async function foundElsewhere(
  { projectId, location, dataStoreId }: ConnectorSpec['gemini'],
  openAt: (location: string) => Promise<Api>,
  signal: AbortSignal,
): Promise<BridgeError | undefined> {
  for (const place of LOCATIONS.filter((candidate) => candidate !== location)) {
    try {
      await readDataStore({ projectId, location: place, dataStoreId }, await openAt(place), signal);
    } catch {
      signal.throwIfAborted();
      continue;
    }
    return new BridgeError(
      'GEMINI_NOT_FOUND',
      `The data store ${dataStoreId} of project ${projectId} is in ${place}, not in ${location}.`,
      { hint: `Write \`location: ${place}\` under \`spec.gemini\`.` },
    );
  }
  return undefined;
}

const ANOTHER_STORE =
  'This is fixed when a data store is created: create another one, or change the connector';

const REPLACE = { kind: 'replace_data_store' } as const;

function aclFinding(needs: StoreNeeds, facts: StoreFacts): DoctorFinding {
  const mismatch = aclMismatch(needs, facts);
  if (mismatch !== undefined) {
    const hint = `${ANOTHER_STORE}: \`gemini.acl\` and the ACL fields of the mapping.`;
    return withRemedy(fail('access control', mismatchError(mismatch, hint)), REPLACE);
  }
  return ok(
    'access control',
    facts.aclEnabled
      ? 'The data store has access control, and the mapping gives each document its readers.'
      : 'The data store has no access control: everyone who may search it sees every document.',
  );
}

function contentFinding(needs: StoreNeeds, facts: StoreFacts): DoctorFinding {
  const mismatch = contentMismatch(needs, facts);
  if (mismatch !== undefined) {
    const hint = `${ANOTHER_STORE}: \`gemini.contentConfig\`.`;
    return withRemedy(fail('content', mismatchError(mismatch, hint)), REPLACE);
  }
  return ok('content', `The data store is ${facts.contentConfig}, as the connector makes its documents.`);
}

function mismatchError(mismatch: string, hint: string): BridgeError {
  const message = `The data store does not fit: ${mismatch}.`;
  return new BridgeError('GEMINI_STORE_MISMATCH', message, { hint });
}

async function schemaFinding(spec: ConnectorSpec, api: Api, signal: AbortSignal): Promise<DoctorFinding> {
  const { fields, keyProperties } = await readSchema(spec.gemini, api, signal);
  if (fields === 0) {
    return warn(
      'schema',
      'The schema has no fields: Google takes their types from the first documents, and keeps them for good.',
      'Give the schema its fields before the first run, `title` and `uri` as key properties; or make sure that the first documents are typical.',
    );
  }
  const wanted = ['title', ...(spec.mapping.uriTemplate === undefined ? [] : ['uri'])];
  const missing = wanted.filter((property) => !keyProperties.has(property));
  if (missing.length === 0) return ok('schema', `The schema has fields for ${wanted.join(' and ')}.`);
  return warn(
    'schema',
    `No field of the schema is the key property ${missing.join(' or ')}, so results show documents without it.`,
    `Set \`keyPropertyMapping\` of ${missing.join(' and ')} in the schema of the data store.`,
  );
}

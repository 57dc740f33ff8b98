import type { JsonObject } from '../../support/files/json.ts';
import { ApiError } from './api-error.ts';
import type { Call } from './call.ts';
import { page } from './page.ts';

export function getDataStore({ branch }: Call): JsonObject {
  const { id, contentConfig, aclEnabled } = branch.setup;
  return {
    name: branch.dataStoreName,
    displayName: id,
    industryVertical: 'GENERIC',
    solutionTypes: ['SOLUTION_TYPE_SEARCH'],
    defaultSchemaId: 'default_schema',
    contentConfig,
    createTime: '2026-11-20T12:00:00Z',
    ...(aclEnabled ? { aclEnabled } : {}),
  };
}

export function getSchema({ branch, id }: Call): JsonObject {
  const name = `${branch.dataStoreName}/schemas/${id}`;
  if (id !== 'default_schema') throw new ApiError('NOT_FOUND', `Schema ${name} not found.`);
  const { schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' } } =
    branch.setup;
  return { name, structSchema: schema };
}

/** Asking is what lets an operation go on. */
export async function getOperation({ service, branch, id }: Call): Promise<JsonObject> {
  const operation = service.operations.named(`${branch.name}/operations/${id}`);
  await operation.poll();
  return operation.toJson();
}

/** Newest first. A list does not let operations go on. Of filters there are `done=true` and `done=false`. */
export function listOperations({ service, branch, query }: Call): JsonObject {
  const filter = query['filter'] ?? '';
  const done = /^(?:done ?= ?(true|false))?$/.exec(filter);
  if (done === null) throw new ApiError('UNIMPLEMENTED', `The stand-in has no filter ${filter}.`);
  const operations = service.operations.all.filter(
    ({ branch: name, state }) =>
      name === branch.name && (done[1] === undefined || (state !== 'running') === (done[1] === 'true')),
  );
  const { items, next } = page(operations.reverse(), query, { standard: 100, most: 1000 });
  return { ...(items.length > 0 ? { operations: items.map((one) => one.toJson()) } : {}), ...next };
}

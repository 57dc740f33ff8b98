import { afterEach, describe, expect, it } from '@jest/globals';
import { Caller, errorOf } from './discovery-engine/caller.ts';
import type { DiscoveryEngineOptions } from './discovery-engine/options.ts';

let caller: Caller;
afterEach(() => caller.standIn.close());

const PURGE = 'discoveryengine.documents.purge';
const DELETE = 'discoveryengine.documents.delete';

/** Cloud Resource Manager's API is another one, below `/v3/`. */
async function ask(
  permissions: readonly string[],
  project = 'my-project',
  options: Partial<DiscoveryEngineOptions> = {},
) {
  caller = await Caller.open(options);
  const response = await fetch(`${caller.standIn.url}/v3/projects/${project}:testIamPermissions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ permissions }),
  });
  const json = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, json };
}

describe('the stand-in asked for permissions on a project', () => {
  it('names those that the caller has, by the id and by the number of the project', async () => {
    expect((await ask([PURGE, DELETE])).json).toEqual({ permissions: [PURGE, DELETE] });
    await caller.standIn.close();
    expect((await ask([PURGE], '123456789012')).json).toEqual({ permissions: [PURGE] });
  });

  it('leaves out what is not granted, and the list when nothing is', async () => {
    const options = { permissions: { purge: false } };
    expect((await ask([PURGE, DELETE], 'my-project', options)).json).toEqual({ permissions: [DELETE] });
    await caller.standIn.close();
    expect((await ask([PURGE], 'my-project', options)).json).toEqual({});
  });

  it('does not say whether another project exists', async () => {
    expect(errorOf(await ask([PURGE], 'other'))).toEqual([
      403,
      'PERMISSION_DENIED',
      'The caller does not have permission',
    ]);
  });

  it('refuses permissions that there are none of', async () => {
    expect(errorOf(await ask(['discoveryengine.documents.erase']))[0]).toBe(400);
  });
});

import { listAt, type JsonObject } from '../../support/files/json.ts';
import { ApiError } from './api-error.ts';
import type { Branch } from './branch/branch.ts';
import { PERMISSIONS, type Settings } from './options.ts';

/**
 * `POST /v3/projects/{project}:testIamPermissions` of Cloud Resource Manager: those of the permissions that the caller has. A
 * project that it may not see is not told from one that does not exist.
 */
export function testProjectPermissions(
  settings: Settings,
  branches: readonly Branch[],
  project: string,
  body: JsonObject,
): JsonObject {
  const known = branches.some(({ setup }) => [setup.project, settings.projectNumber].includes(project));
  if (!known) throw new ApiError('PERMISSION_DENIED', 'The caller does not have permission');
  const granted = listAt(body, 'permissions').filter((name) => isGranted(String(name), settings));
  return granted.length > 0 ? { permissions: granted } : {};
}

function isGranted(name: string, { permissions }: Settings): boolean {
  const entry = Object.entries(PERMISSIONS).find(([, permission]) => permission === name);
  if (entry === undefined)
    throw new ApiError('INVALID_ARGUMENT', `Permission ${name} is not valid for this resource.`);
  return !Object.entries(permissions).some(([key, granted]) => key === entry[0] && !granted);
}

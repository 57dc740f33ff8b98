import { aclOf, type ConnectorSpec } from '../../../definitions/connector/types.ts';
import type { Endpoint } from '../../../core/endpoint.ts';
import { BridgeError } from '../../../core/errors.ts';
import { DISCOVERY_WRITES_PER_MINUTE } from '../../../core/limits.ts';
import { grantedPermissions } from '../../../gemini/api/project-permissions.ts';
import { fail, checkAdvisory, ok, warn, withRemedy, type DoctorFinding } from '../finding.ts';

const IMPORT = 'discoveryengine.documents.import';
const POLL = 'discoveryengine.operations.get';
const FIND = 'discoveryengine.operations.list';
const PURGE = 'discoveryengine.documents.purge';
const DELETE = 'discoveryengine.documents.delete';

const EDITOR = `roles/discoveryengine.editor cannot purge; deletes go one by one, ${DISCOVERY_WRITES_PER_MINUTE} per minute.`;
const GRANT_PURGE = `Grant roles/discoveryengine.admin, or a custom role with ${PURGE}.`;

const GRANT_ROLE = { kind: 'grant_role' } as const;

type Granted = ReadonlySet<string>;

/** The caller's permissions in the data store's project. Only permissions are checked, not roles. */
export async function permissionsFindings(
  spec: ConnectorSpec,
  endpoint: Endpoint | undefined,
  signal: AbortSignal,
): Promise<DoctorFinding[]> {
  const { projectId } = spec.gemini;
  const all = [IMPORT, POLL, FIND, PURGE, DELETE];
  let granted: Granted | undefined;
  const unseen = await checkAdvisory('permissions', signal, async (inTime) => {
    granted = await grantedPermissions(projectId, all, endpoint, inTime);
    return [];
  });
  if (!deletes(spec)) {
    const none = ok('deletes', 'The connector deletes no documents, so no permission is needed for it.');
    return granted === undefined ? [...unseen, none] : [sendingFinding(granted, projectId), none];
  }
  if (granted === undefined) {
    const what = `Whether the caller may purge cannot be seen. ${EDITOR}`;
    return [...unseen, warn('deletes', what, GRANT_PURGE)];
  }
  return [sendingFinding(granted, projectId), deletesFinding(granted, projectId)];
}

/** A row that loses all its readers causes the deletion of its document under every policy. */
function deletes(spec: ConnectorSpec): boolean {
  return spec.reconciliation.deletePolicy === 'auto_delete_missing' || aclOf(spec) === 'required';
}

function sendingFinding(granted: Granted, projectId: string): DoctorFinding {
  const missing = [IMPORT, POLL].filter((permission) => !granted.has(permission));
  if (missing.length > 0) return lacking('permissions', missing, projectId);
  if (granted.has(FIND)) {
    const what = `The caller may import documents in project ${projectId}, and see how that goes.`;
    return ok('permissions', what);
  }
  const what = `The caller lacks ${FIND} on project ${projectId}, so after a lost response a request may be made twice, which is harmless.`;
  return withRemedy(warn('permissions', what, `Grant a role with ${FIND}.`), GRANT_ROLE);
}

function deletesFinding(granted: Granted, projectId: string): DoctorFinding {
  if (granted.has(PURGE))
    return ok('deletes', 'The caller may purge: all deletes of a run take one operation.');
  if (!granted.has(DELETE)) return lacking('deletes', [DELETE], projectId);
  const what = `The caller may not purge in project ${projectId}: ${EDITOR}`;
  return withRemedy(warn('deletes', what, GRANT_PURGE), GRANT_ROLE);
}

function lacking(
  subject: 'permissions' | 'deletes',
  missing: readonly string[],
  projectId: string,
): DoctorFinding {
  const message = `On project ${projectId} the caller lacks ${missing.join(', ')}.`;
  const hint =
    'Grant roles/discoveryengine.admin, roles/discoveryengine.editor (which cannot purge), or a custom role with what is missing.';
  return withRemedy(fail(subject, new BridgeError('GEMINI_PERMISSION', message, { hint })), GRANT_ROLE);
}

import { DeadlineError, withDeadline } from '../../core/deadline.ts';
import type { Endpoint } from '../../core/endpoint.ts';
import { BridgeError } from '../../core/errors.ts';
import { DISCOVERY_WRITES_PER_MINUTE, DOCTOR_REQUEST_SECONDS_MAX } from '../../core/limits.ts';
import { projectPermissions, type ProjectPermissions } from '../../gemini/project-permissions.ts';
import { check, fail, ok, warn, type Finding } from './finding.ts';

/** Without one of these, a run fails. */
const NEEDED = ['documents.import', 'documents.delete', 'operations.get', 'dataStores.get'].map(
  (permission) => `discoveryengine.${permission}`,
);
const PURGE = 'discoveryengine.documents.purge';
const GRANT_PURGE = `Grant roles/discoveryengine.admin, or a custom role with ${PURGE}.`;
const EDITOR = `roles/discoveryengine.editor cannot purge; deletes then go one by one, ${DISCOVERY_WRITES_PER_MINUTE} per minute.`;

/**
 * What the caller may do in the data store's project. Roles are not looked at, only what they permit.
 * @param seconds another time for a test
 */
export function permissionsFindings(
  projectId: string,
  endpoint: Endpoint | undefined,
  signal: AbortSignal,
  seconds = DOCTOR_REQUEST_SECONDS_MAX,
): Promise<Finding[]> {
  return check('permissions', signal, async (inTime) => {
    const answer = await asked(projectId, endpoint, inTime, seconds);
    if (!answer.known) {
      const what = `What the caller may do cannot be seen: ${answer.reason}.`;
      const purge = warn('purge', `Whether the caller may purge cannot be seen: ${EDITOR}`, GRANT_PURGE);
      return [warn('permissions', what, answer.hint), purge];
    }
    const missing = NEEDED.filter((permission) => !answer.granted.has(permission));
    return [neededFinding(missing, projectId), purgeFinding(answer.granted.has(PURGE), projectId)];
  });
}

/** Runs never ask Cloud Resource Manager, so a way there that is closed fails nothing. */
async function asked(
  projectId: string,
  endpoint: Endpoint | undefined,
  signal: AbortSignal,
  seconds: number,
): Promise<ProjectPermissions> {
  try {
    return await withDeadline(seconds, signal, (inTime) =>
      projectPermissions(projectId, [...NEEDED, PURGE], endpoint, inTime),
    );
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof DeadlineError)) throw thrown;
    const reason = `Cloud Resource Manager does not answer within ${seconds} s`;
    const hint =
      'Runs do not need it. To see permissions, let this machine reach cloudresourcemanager.googleapis.com.';
    return { known: false, reason, hint };
  }
}

function neededFinding(missing: readonly string[], projectId: string): Finding {
  if (missing.length === 0) {
    return ok(
      'permissions',
      `The caller may import and delete documents in project ${projectId}, and see how that goes.`,
    );
  }
  const message = `On project ${projectId} the caller lacks ${missing.join(', ')}.`;
  const hint = `Grant roles/discoveryengine.admin, roles/discoveryengine.editor (which cannot purge), or a custom role with what is missing.`;
  return fail('permissions', new BridgeError('GEMINI_PERMISSION', message, { hint }));
}

function purgeFinding(granted: boolean, projectId: string): Finding {
  if (granted) return ok('purge', 'The caller may purge, so all deletes of a run take one operation.');
  return warn('purge', `The caller may not purge in project ${projectId}: ${EDITOR}`, GRANT_PURGE);
}

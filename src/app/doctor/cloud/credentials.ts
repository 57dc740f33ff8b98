import { findCaller } from '../../../gemini/api/caller.ts';
import { check, ok, type DoctorFinding } from '../finding.ts';

/**
 * Whether this machine has credentials that Google accepts for a token.
 * @param needed false if all requests go to emulators on this machine
 */
export function credentialsFindings(needed: boolean, signal: AbortSignal): Promise<DoctorFinding[]> {
  return check('credentials', signal, async () => {
    if (!needed) return [ok('credentials', 'None are needed: everything goes to this machine.')];
    const { account, quotaProject } = await findCaller();
    const whose = account === undefined ? 'The credentials of this machine' : `The credentials of ${account}`;
    const counted = quotaProject === undefined ? '' : ` Requests are counted for project ${quotaProject}.`;
    const found = ok('credentials', `${whose} give a token.${counted}`);
    return [{ ...found, caller: { account, quotaProject } }];
  });
}

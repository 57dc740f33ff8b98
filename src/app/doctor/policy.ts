import { openPolicy, type PolicyPlace } from '../catalog/policy.ts';
import { check, ok, type DoctorFinding } from './finding.ts';

/** Without a policy every connector may use every secret, which an operator who shares the folder of connectors should know. */
export const NO_POLICY =
  'POLICY_FILE is not set, so the authors of connectors are trusted with every secret, file and data store of this process.';

/** Whether connectors are restricted, and whether the policy is valid. */
export function policyFindings(place: PolicyPlace, signal: AbortSignal): Promise<DoctorFinding[]> {
  return check('policy', signal, async () => {
    const policy = await openPolicy(place);
    if (policy === undefined) return [ok('policy', NO_POLICY)];
    const { file, rules } = policy;
    const count = `${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}`;
    return [
      ok('policy', `${file} is valid: ${count}. Connectors may use what these allow and nothing else.`),
    ];
  });
}

import type { Problem } from '../../definitions/problem.ts';
import type { ErrorCode } from '../../core/error-kinds.ts';
import { scopeOfAll, type DriftFinding } from './drift-finding.ts';
import type { Comparer, DriftContext, FoundConnector } from './comparer.ts';
import { checkDefinitionsUnderPolicy } from '../catalog/policy.ts';

export interface DriftOptions extends Omit<DriftContext, 'connectors'> {
  /** The comparers to run. */
  readonly comparers: readonly Comparer[];
  /** Whether to run the comparers that query sources or Google. */
  readonly live: boolean;
}

/**
 * Runs every comparer, and writes nothing anywhere. A failed comparison is a finding and does not stop the others.
 * @throws the reason of `signal`, and nothing else
 */
export async function checkDrift(options: DriftOptions, signal: AbortSignal): Promise<DriftFinding[]> {
  const { comparers, live } = options;
  let checking: ReturnType<typeof readConnectors> | undefined;
  const context: DriftContext = {
    ...options,
    connectors: async () => (await (checking ??= readConnectors(options))).connectors,
  };
  const found: DriftFinding[] = [];
  for (const comparer of comparers) {
    if (live || !comparer.live) found.push(...(await comparer.compare(context, signal)));
    else found.push(notLive(comparer));
  }
  return [...((await checking)?.invalid ?? []), ...found];
}

function notLive({ name }: Comparer): DriftFinding {
  return { ...scopeOfAll(name), status: 'skip', message: 'Not compared: this needs --live.' };
}

async function readConnectors({
  connectorsPath,
  ...place
}: Pick<DriftOptions, 'connectorsPath' | 'policyFile' | 'cwd'>): Promise<{
  readonly connectors: readonly FoundConnector[];
  readonly invalid: readonly DriftFinding[];
}> {
  const { connectors, problems } = await checkDefinitionsUnderPolicy([connectorsPath], place);
  const errors = problems.filter(({ status }) => status === 'fail');
  const firstOfEach = errors.filter(
    ({ place: at }, index) => errors.findIndex((other) => other.place.file === at.file) === index,
  );
  const invalid = firstOfEach.map((first) =>
    invalidFinding(first, errors.filter(({ place: at }) => at.file === first.place.file).length, place),
  );
  return { connectors, invalid };
}

function invalidFinding(
  { place, code, subject, message }: Problem,
  count: number,
  { policyFile }: Pick<DriftOptions, 'policyFile'>,
): DriftFinding {
  const { file } = place;
  const more = count === 1 ? '' : ` And ${count - 1} more.`;
  return {
    ...scopeOfAll('connectors'),
    place,
    status: 'fail',
    message: `${file} is not compared: ${subject === '' ? '' : `${subject}: `}${message}${more}`,
    fix:
      file === policyFile
        ? 'Correct the file that POLICY_FILE names.'
        : `See what to write with: gemini-sync-bridge validate ${file}`,
    code: file === policyFile ? 'POLICY_INVALID' : errorCodeOf(code),
  };
}

function errorCodeOf(code: Problem['code']): ErrorCode {
  if (code === 'policy_refused') return 'POLICY_REFUSED';
  return code === 'file_unreadable' ? 'CONNECTOR_FILE_UNREADABLE' : 'CONNECTOR_INVALID';
}

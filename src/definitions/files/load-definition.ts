import { BridgeError } from '../../core/errors.ts';
import { problemLine } from '../problem.ts';
import { checkFileOf, type CheckFileOptions } from './check-file.ts';
import type { DefinitionKind } from './kind.ts';

/**
 * Reads one definition of a kind. Warnings do not fail it, and secrets are not checked: they are when one is needed.
 * @throws BridgeError `CONNECTOR_FILE_UNREADABLE`, or the kind's error with every problem on a line of its own; POLICY_REFUSED for
 *   a valid definition that the policy does not allow.
 */
export async function loadDefinition<Definition>(
  path: string,
  kind: DefinitionKind<Definition>,
  options: Pick<CheckFileOptions, 'policy'>,
): Promise<Definition> {
  const { value, problems } = await checkFileOf(path, () => ({ kind }), options);
  const errors = problems.filter((problem) => problem.status === 'fail');
  const unreadable = errors.find((problem) => problem.code === 'file_unreadable');
  if (unreadable !== undefined) {
    throw new BridgeError('CONNECTOR_FILE_UNREADABLE', `${path}: ${unreadable.message}`, {
      hint: 'Check the path; it is relative to the working directory.',
    });
  }
  if (errors.length === 0 && kind.isShaped(value)) return value;
  const count = errors.length === 1 ? 'one problem' : `${errors.length} problems`;
  const refused = errors.every((problem) => problem.code === 'policy_refused');
  throw new BridgeError(
    refused ? 'POLICY_REFUSED' : kind.invalid,
    [`${path} has ${count}:`, ...errors.map((problem) => problemLine(problem))],
    { hint: `Correct the file, then look again with: gemini-sync-bridge validate ${path}` },
  );
}

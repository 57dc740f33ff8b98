import { BridgeError } from '../core/errors.ts';
import { isConnectorName } from '../definitions/connector/connector-name.ts';
import { REPOSITORY_PATH_CHARACTERS_MAX } from './limits.ts';

/** Control, format and separator characters, lone surrogates, and the characters that Git or a shell reads as something else. */
const REFUSED_CHARACTERS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\\:*?"<>|~^[\]{}]/u;

/** Why a path cannot be one of a file that Studio reads or changes; undefined if it can. */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'it is empty';
  if (path.length > REPOSITORY_PATH_CHARACTERS_MAX) {
    return `it has more than ${REPOSITORY_PATH_CHARACTERS_MAX} characters`;
  }
  if (REFUSED_CHARACTERS.test(path)) return 'it has a character that a path of Studio may not have';
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    return 'it has an empty part, "." or ".."';
  }
  if (parts.some((part) => part.startsWith('-') || part.endsWith('.') || part.trim() !== part)) {
    return 'a part of it starts with "-", ends with "." or has a blank at an end';
  }
  // Git folds case and ignores some characters where a file system does, so any spelling of .git is refused.
  if (parts.some((part) => part.toLowerCase().startsWith('.git')))
    return 'it leads to files of Git or GitHub';
  return undefined;
}

/** @throws BridgeError REPOSITORY_FILE_REFUSED */
export function requireRepositoryPath(path: string): void {
  const problem = pathProblem(path);
  if (problem === undefined) return;
  throw new BridgeError(
    'REPOSITORY_FILE_REFUSED',
    `The path ${JSON.stringify(path)} is refused: ${problem}.`,
    {
      hint: 'Check STUDIO_CONNECTORS_PATH, STUDIO_KESTRA_FLOWS_PATH, STUDIO_HELM_VALUES_PATH and the name of the file.',
    },
  );
}

/**
 * The branch of the proposals of a connector. The rules of connector names are stricter than those of Git.
 * @throws BridgeError PROPOSAL_REFUSED
 */
export function proposalBranch(connectorId: string): string {
  if (isConnectorName(connectorId)) return `studio/${connectorId}`;
  throw new BridgeError(
    'PROPOSAL_REFUSED',
    `${JSON.stringify(connectorId)} is not a name of a connector, so its proposal cannot have a branch.`,
    {
      hint: 'Set metadata.name to lower-case letters, digits and hyphens, 64 characters at most, such as hr-employees.',
    },
  );
}

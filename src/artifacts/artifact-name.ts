import { BridgeError } from '../core/errors.ts';
import { ARTIFACT_NAME_PART_BYTES_MAX } from './limits.ts';

/** The prefix of the names of unfinished files. No artifact may have such a name. */
export const TEMPORARY_PREFIX = '.tmp-';

// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/;

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Splits and validates the name of an artifact: whatever a connector or a run id is called, a name never leads out of the
 * store.
 * @throws BridgeError INTERNAL, because prefixes and run ids are validated earlier.
 */
export function artifactNameParts(name: string): string[] {
  const parts = name.split('/');
  const problem = parts.map(problemOf).find((found) => found !== undefined);
  if (problem === undefined) return parts;
  throw new BridgeError('INTERNAL', `${JSON.stringify(name)} cannot name an artifact: ${problem}.`, {
    hint: 'Names are made from `output.prefix` and the run id: use letters, digits, `-` and `_` in both.',
  });
}

function problemOf(part: string): string | undefined {
  if (part === '') return 'it has an empty part, or begins or ends with "/"';
  if (part === '.' || part === '..') return `it has a part ${JSON.stringify(part)}`;
  if (part.startsWith(TEMPORARY_PREFIX)) return `a part begins with "${TEMPORARY_PREFIX}"`;
  if (part.includes('\\')) return 'it has a backslash';
  if (CONTROL_CHARACTERS.test(part)) return 'it has a control character';
  if (LONE_SURROGATE.test(part)) return 'it has half a surrogate pair';
  if (Buffer.byteLength(part) > ARTIFACT_NAME_PART_BYTES_MAX) {
    return `a part has more than ${ARTIFACT_NAME_PART_BYTES_MAX} bytes`;
  }
  return undefined;
}

/** Does the same for a folder to list, where `''` means the whole store and a trailing `/` changes nothing. */
export function folderParts(folder: string): string[] {
  return folder === '' ? [] : artifactNameParts(folder.replace(/\/$/, ''));
}

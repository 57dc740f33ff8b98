import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { types } from 'node:util';
import { BridgeError } from '../../core/errors.ts';

// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/;

/**
 * The absolute directory that a bucket URL names: `file:///data/x`, `file://./x` and `file:x` (both relative to `cwd`), or a
 * plain path.
 * @throws BridgeError ARTIFACT_SCHEME_UNKNOWN if it is not the URL of a local directory, such as `file://server/share`.
 */
export function directoryOf(location: string, cwd: string): string {
  if (CONTROL_CHARACTERS.test(location)) throw unusable(location, 'it has a control character');
  const rest = /^file:(.*)$/i.exec(location)?.[1];
  if (rest === undefined) return resolve(cwd, location);
  const base = pathToFileURL(`${resolve(cwd)}/`);
  let path: string;
  try {
    path = fileURLToPath(new URL(escapeByHand(urlOf(rest)), base));
  } catch (error) {
    throw unusable(location, types.isNativeError(error) ? error.message : String(error), error);
  }
  // An escaped control character (`%00`) is visible only after decoding.
  if (CONTROL_CHARACTERS.test(path)) throw unusable(location, 'it has a control character');
  return resolve(path);
}

/** Accepts `//./x`, which is not a valid URL (`.` would be the host) but is commonly written. */
function urlOf(rest: string): string {
  if (/^\/\/\.{1,2}(\/|$)/.test(rest)) return `./${rest.slice('//'.length)}`;
  return rest.startsWith('/') ? `file:${rest}` : `./${rest}`;
}

/**
 * Escapes `?`, `#` and every `%` that does not begin an escape. A file URL has no query and no fragment, so in a typed URL
 * these characters belong to the path.
 */
function escapeByHand(url: string): string {
  return url
    .replaceAll('#', '%23')
    .replaceAll('?', '%3F')
    .replace(/%(?![0-9a-f]{2})/gi, '%25');
}

function unusable(location: string, reason: string, cause?: unknown): BridgeError {
  return new BridgeError(
    'ARTIFACT_SCHEME_UNKNOWN',
    `${JSON.stringify(location)} names no local directory: ${reason}.`,
    {
      cause,
      hint: 'Write `file:///absolute/path`, or `file://./path` for a path relative to the working directory.',
    },
  );
}

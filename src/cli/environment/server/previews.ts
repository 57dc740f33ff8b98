import { resolve } from 'node:path';
import { BridgeError } from '../../../core/errors.ts';
import { entryProblem } from '../../../net/guard/allowed-hosts.ts';

/** `STUDIO_ALLOWED_HOSTS` and `STUDIO_FILE_ROOTS`: what the previews of Studio may reach. */
export interface PreviewReach {
  /** Undefined: not set. */
  readonly allowedHosts: readonly string[] | undefined;
  /** Absolute paths; empty: no folder. */
  readonly fileRoots: readonly string[];
}

/** @throws BridgeError ENVIRONMENT_INVALID */
export function readPreviewReach(env: Readonly<Record<string, string | undefined>>): PreviewReach {
  const hosts = env['STUDIO_ALLOWED_HOSTS'];
  const allowedHosts = hosts === undefined ? undefined : entriesOf(hosts).map((entry) => entry.toLowerCase());
  for (const entry of allowedHosts ?? []) {
    const problem = entryProblem(entry);
    if (problem !== undefined) {
      throw new BridgeError(
        'ENVIRONMENT_INVALID',
        `STUDIO_ALLOWED_HOSTS has ${JSON.stringify(entry)}, ${problem}.`,
        {
          hint: 'Write names, addresses and networks with commas between them, such as *.corp.example,10.1.0.0/16.',
        },
      );
    }
  }
  return { allowedHosts, fileRoots: entriesOf(env['STUDIO_FILE_ROOTS'] ?? '').map((path) => resolve(path)) };
}

function entriesOf(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { BridgeError } from '../../../core/errors.ts';
import type { Permit } from '../../../policy/permit.ts';
import { isSameServer } from '../../../net/guard/connection-checks.ts';
import type { PreviewOrder } from './preview-order.ts';

/**
 * The last check before a request is sent or a folder is listed: the operator's policy, the servers of the draft, the bindings of
 * the secrets, and the listed folders.
 */
export function previewPermit(
  { servers, bindings, fileRoots }: Pick<PreviewOrder, 'servers' | 'bindings' | 'fileRoots'>,
  policy: Permit,
): Permit {
  return {
    server(server, secretRefs) {
      policy.server(server, secretRefs);
      // A proxy connects by itself, so the guard of connections does not see where a request goes.
      if (!servers.some((each) => isSameServer(each, server))) {
        throw new BridgeError(
          'PREVIEW_REFUSED',
          `The draft does not name ${server.host}, so nothing was sent.`,
          {
            hint: 'Write the host in the draft: previews reach only hosts that are not made from templates.',
          },
        );
      }
      for (const ref of secretRefs) {
        const bound = bindings[ref] ?? [];
        if (bound.some((each) => isSameServer(each, server))) continue;
        throw new BridgeError(
          'PREVIEW_SECRET_REFUSED',
          `The secret ${ref} may not be sent to ${server.host}, so nothing was sent.`,
          { hint: 'An administrator can allow it in Studio, under Secrets.' },
        );
      }
    },
    inClear: (server, secretRefs) => policy.inClear(server, secretRefs),
    folder(path) {
      policy.folder(path);
      requireListedFolder(path, fileRoots);
    },
  };
}

/**
 * @param path absolute, with all links resolved
 * @throws BridgeError PREVIEW_REFUSED, with the same message whether the folder exists or not
 */
export function requireListedFolder(path: string, roots: readonly string[]): void {
  if (roots.some((root) => isBelow(realPathOf(root), path))) return;
  throw new BridgeError('PREVIEW_REFUSED', 'The folder of source.path may not be read by previews.', {
    hint: 'The operator lists the folders that previews may read in STUDIO_FILE_ROOTS.',
  });
}

/** The path with all links resolved; as it is written if it does not exist. */
export function realPathOf(path: string): string {
  try {
    return realpathSync.native(resolve(path));
  } catch {
    return resolve(path);
  }
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith('../') && !isAbsolute(way));
}

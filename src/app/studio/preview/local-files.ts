import { isDeepStrictEqual } from 'node:util';
import { connectorUses } from '../../../definitions/connector/uses.ts';
import type { Connector } from '../../../definitions/connector/types.ts';
import { BridgeError } from '../../../core/errors.ts';
import { realPathOf, requireListedFolder } from '../preview-process/preview-permit.ts';
import { reachesOnlyMerged } from './secret-bindings.ts';

/**
 * Certificate files are only those of the merged connector, and go only to its servers; a folder must be listed.
 * @throws BridgeError PREVIEW_REFUSED
 */
export function requireKnownFiles(
  connector: Connector,
  merged: Connector | undefined,
  fileRoots: readonly string[],
): void {
  const { source } = connector.spec;
  if (source.type === 'file') {
    requireListedFolder(realPathOf(source.path), fileRoots);
    return;
  }
  if (connectorUses(connector).files.length === 0) return;
  const before = merged?.spec.source;
  const tls = before === undefined || before.type === 'file' ? undefined : before.tls;
  if (merged !== undefined && isDeepStrictEqual(source.tls, tls) && reachesOnlyMerged(connector, merged))
    return;
  throw new BridgeError(
    'PREVIEW_REFUSED',
    'Previews use the files of source.tls only as the merged connector of the same name does, with its servers.',
    { hint: 'Remove source.tls for the preview, or propose it first.' },
  );
}

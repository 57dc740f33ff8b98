import { BridgeError } from '../../core/errors.ts';
import type { Manifest, ManifestFile } from '../../pipeline/ports/ports.ts';
import type { ImportBody } from '../api/requests.ts';

/**
 * The files of a manifest that Discovery Engine reads. They must contain as many documents as the canonical files; otherwise
 * the receipt would be wrong.
 * @throws BridgeError INTERNAL
 */
export function filesOf(manifest: Manifest, canonical: 'upserts' | 'deletes'): ManifestFile[] {
  const files = manifest.files.filter(({ kind }) => kind === `${canonical}.discovery`);
  const expected = rowsOf(manifest.files.filter(({ kind }) => kind === canonical));
  if (rowsOf(files) === expected) return files;
  throw new BridgeError(
    'INTERNAL',
    `The manifest of run ${manifest.runId} has ${expected} ${canonical} but ${rowsOf(files)} rows of ${canonical}.discovery.`,
  );
}

export function rowsOf(files: readonly ManifestFile[]): number {
  return files.reduce((rows, file) => rows + file.rows, 0);
}

export function modeOf({ reconciliation }: Manifest): ImportBody['reconciliationMode'] {
  return reconciliation === 'full' ? 'FULL' : 'INCREMENTAL';
}

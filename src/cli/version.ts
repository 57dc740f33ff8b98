import { readFileSync } from 'node:fs';
import { packageFile } from '../core/package-file.ts';

/** The version of this program, according to its package. */
export function programVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}

import type { ArtifactKind } from '../ports/ports.ts';

/** The names of the files in a bucket. Names are relative to the store; `prefix` is the connector's `output.prefix`. */

/** Google reads plain ids from text; every other file here has one JSON object per line. */
const FILE_NAMES: Readonly<Record<ArtifactKind, readonly [stem: string, extension: string]>> = {
  upserts: ['upserts', 'ndjson'],
  'upserts.discovery': ['upserts.discovery', 'ndjson'],
  deletes: ['deletes', 'ndjson'],
  'deletes.discovery': ['deletes.discovery', 'txt'],
  'soft-deletes': ['soft-deletes', 'ndjson'],
  held: ['held', 'ndjson'],
  quarantine: ['quarantine', 'ndjson'],
};

/** Returns the folder of one run. */
export function runFolder(prefix: string, runId: string): string {
  return `connectors/${prefix}/runs/${runId}`;
}

/** Returns the name of the manifest of the run that has this folder. */
export function manifestName(folder: string): string {
  return `${folder}/manifest.json`;
}

/** Returns the name of the copy of the manifest of the newest committed run. */
export function latestManifest(prefix: string): string {
  return `connectors/${prefix}/latest/manifest.json`;
}

/** Returns the name of one part of an artifact, counted from 1: `…/upserts.ndjson`, then `…/upserts-00002.ndjson`. */
export function partName(folder: string, kind: ArtifactKind, part: number): string {
  const [stem, extension] = FILE_NAMES[kind];
  return `${folder}/${numbered(stem, part)}.${extension}`;
}

/** Returns the name of a request to the destination that a local run recorded. Requests are counted from 1, like parts. */
export function requestName(folder: string, kind: 'import' | 'purge', number: number): string {
  return `${folder}/requests/${numbered(`${kind}-documents`, number)}.json`;
}

/** Returns the folder of an artifact of a run. */
export function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/'));
}

/** Returns `name`, `name-00002`, `name-00003` … */
function numbered(stem: string, part: number): string {
  return part === 1 ? stem : `${stem}-${String(part).padStart(5, '0')}`;
}

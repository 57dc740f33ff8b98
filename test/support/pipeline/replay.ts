import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../../../src/pipeline/ports/ports.ts';

/** What an index holds after it was given these artifacts, as checksum by document id. */
export async function replay(runsFolder: string, runIds: readonly string[]): Promise<Map<string, string>> {
  const index = new Map<string, string>();
  for (const runId of runIds) {
    const folder = join(runsFolder, runId);
    const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest;
    for (const { kind, name } of manifest.files) {
      const lines = (await readFile(join(folder, name.split('/').at(-1) ?? ''), 'utf8'))
        .trimEnd()
        .split('\n');
      if (kind === 'upserts') for (const line of lines) apply(index, line);
      if (kind === 'deletes') for (const line of lines) apply(index, line);
    }
  }
  return index;
}

function apply(index: Map<string, string>, line: string): void {
  const document = JSON.parse(line) as { doc_id: string; checksum: string; op: 'UPSERT' | 'DELETE' };
  if (document.op === 'DELETE') index.delete(document.doc_id);
  else index.set(document.doc_id, document.checksum);
}

/** Ids of the runs that left anything, in the order of their ids. */
export async function runFolders(runsFolder: string): Promise<string[]> {
  return (await readdir(runsFolder)).sort();
}

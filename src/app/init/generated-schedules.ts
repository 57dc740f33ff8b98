import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InitSchedule } from './choices.ts';
import type { ScaffoldPart } from './scaffold-part.ts';
import { unwritable, writeScaffold } from './write-scaffold.ts';

/**
 * Adds what `generate` writes for the example connector, so that the first check of a new repository finds nothing to generate.
 * The generators read and write files, so they get the parts in a temporary folder. This is the only place of `init` that calls
 * generators.
 */
export async function withGenerated(
  schedule: InitSchedule,
  parts: readonly ScaffoldPart[],
): Promise<readonly ScaffoldPart[]> {
  const folder = await temporaryFolder();
  try {
    const files = parts.flatMap((part) => part.files);
    await writeScaffold(files, folder, { keepExisting: false });
    return await GENERATORS[schedule](parts, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function temporaryFolder(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'gemini-sync-bridge-init-'));
  } catch (thrown) {
    throw unwritable(tmpdir(), thrown);
  }
}

/** Adds the generated files of a scheduler to the parts, which are in the folder too. */
type Generator = (parts: readonly ScaffoldPart[], folder: string) => Promise<readonly ScaffoldPart[]>;

const DEFINITIONS = ['connectors'];

const GENERATORS: Readonly<Record<InitSchedule, Generator>> = {
  // Neither has a generator yet.
  kestra: (parts) => Promise.resolve(parts),
  helm: (parts) => Promise.resolve(parts),
  'pg-cron': async (parts, cwd) => {
    const { pgCronSql } = await import('../sync/pg-cron.ts');
    const text = await pgCronSql(DEFINITIONS, { cwd, policyFile: undefined });
    const path = 'pg-cron.sql';
    return [
      ...parts,
      { name: path, purpose: 'SQL that creates the jobs of pg_cron', files: [{ path, text }] },
    ];
  },
  none: (parts) => Promise.resolve(parts),
};

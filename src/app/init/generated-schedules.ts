import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InitSchedule } from './choices.ts';
import type { ScaffoldPart } from './scaffold-part.ts';
import { writeScaffold } from './write-scaffold.ts';

/**
 * Adds what `generate` writes for the example connector, so that the first check of a new repository finds nothing to generate.
 * The generators read files, so they get the parts in a temporary folder. This is the only place of `init` that calls generators.
 */
export async function withGenerated(
  schedule: InitSchedule,
  parts: readonly ScaffoldPart[],
): Promise<readonly ScaffoldPart[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gemini-sync-bridge-init-'));
  try {
    const files = parts.flatMap((part) => part.files);
    await writeScaffold(files, folder, { keepExisting: false });
    return [...parts, ...(await generate(schedule, folder))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Kestra and Helm have no generator yet; their cases belong here. */
async function generate(schedule: InitSchedule, cwd: string): Promise<readonly ScaffoldPart[]> {
  if (schedule !== 'pg-cron') return [];
  const { pgCronSql } = await import('../sync/pg-cron.ts');
  const text = await pgCronSql(['connectors'], { cwd, policyFile: undefined });
  return [
    {
      name: 'pg-cron.sql',
      purpose: 'SQL that creates the jobs of pg_cron',
      files: [{ path: 'pg-cron.sql', text }],
    },
  ];
}

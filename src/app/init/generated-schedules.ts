import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KIND_NAMES } from '../../definitions/files/kind-names.ts';
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
const VALUES = 'values.yaml';

const GENERATORS: Readonly<Record<InitSchedule, Generator>> = {
  kestra: async (parts, cwd) => {
    const { readSchedulables } = await import('../generate/schedulables.ts');
    const { writeKestra } = await import('../generate/kestra.ts');
    const definitions = await readSchedulables(DEFINITIONS, { cwd, policyFile: undefined });
    await writeKestra(definitions, join(cwd, 'kestra/flows'), { force: false, cwd });
    const name = 'kestra/flows/connectors/';
    return [
      ...parts,
      await generatedPart(name, 'one generated flow per connector', `${name}documents.yaml`, cwd),
    ];
  },
  helm: async (parts, cwd) => {
    const { readSchedulables } = await import('../generate/schedulables.ts');
    const { writeHelmValues } = await import('../generate/helm-values.ts');
    const definitions = await readSchedulables(DEFINITIONS, { cwd, policyFile: undefined });
    await writeHelmValues(definitions, join(cwd, VALUES), { shownAs: VALUES, cwd });
    const values = await readFile(join(cwd, VALUES), 'utf8');
    return parts.map((part) =>
      part.name === VALUES ? { ...part, files: [{ path: VALUES, text: values }] } : part,
    );
  },
  'pg-cron': async (parts, cwd) => {
    const { generatePgCron } = await import('../generate/pg-cron.ts');
    const { sql: text } = await generatePgCron(DEFINITIONS, KIND_NAMES, { cwd, policyFile: undefined });
    const path = 'pg-cron.sql';
    return [
      ...parts,
      { name: path, purpose: 'SQL that creates the jobs of pg_cron', files: [{ path, text }] },
    ];
  },
  none: (parts) => Promise.resolve(parts),
};

async function generatedPart(
  name: string,
  purpose: string,
  path: string,
  folder: string,
): Promise<ScaffoldPart> {
  return { name, purpose, files: [{ path, text: await readFile(join(folder, path), 'utf8') }] };
}

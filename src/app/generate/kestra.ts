import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import type { ErrorCode } from '../../core/error-kinds.ts';
import type { Finding } from '../../core/finding.ts';
import { amount } from '../../core/text/count-text.ts';
import { GENERATED_FOLDER, kestraFlows } from '../../schedules/kestra/flows.ts';
import type { Schedulable } from '../../schedules/schedulable.ts';
import {
  readExpected,
  readLeftovers,
  removeGenerated,
  writeGenerated,
  type ExpectedFile,
  type LeftoverFile,
} from './generated-folder.ts';
import { expectedFinding, leftoverFinding, problemFindings } from './kestra-findings.ts';

interface KestraPlaces {
  /** The folder as findings name it; by default `folder`. */
  readonly shownAs?: string;
  /** The directory that the paths of definitions are relative to; by default that of the process. */
  readonly cwd?: string;
}

/** The result of writing the flows. If a finding is not `ok`, nothing was written. */
interface KestraWriting {
  readonly findings: readonly Finding<ErrorCode>[];
  readonly written: number;
  readonly removed: number;
  readonly unchanged: number;
}

/**
 * Compares the flows in a folder with the definitions. Writes nothing.
 * @param folder the folder of the flows, absolute
 * @throws BridgeError GENERATED_FILE_UNWRITABLE if a file of the folder cannot be read
 */
export async function compareKestra(
  definitions: readonly Schedulable[],
  folder: string,
  places: KestraPlaces = {},
): Promise<readonly Finding<ErrorCode>[]> {
  const { shownAs = folder, cwd = process.cwd() } = places;
  const { files, problems } = kestraFlows(definitions);
  if (problems.length > 0) return problemFindings(problems, cwd);
  const expected = await readExpected(files, folder);
  const leftovers = await leftoversOf(definitions, expected, folder, cwd);
  const findings = [
    ...expected.flatMap((file) => expectedFinding(file, shownAs)),
    ...leftovers.map((file) => leftoverFinding(file, shownAs)),
  ];
  if (findings.length > 0) return findings;
  return [
    {
      status: 'ok',
      subject: 'flows',
      message: `The folder has ${amount(files.length, 'flow')}, all current.`,
    },
  ];
}

/**
 * Writes the flow of each definition, and removes the flows of definitions that are gone. Writes nothing if a flow cannot be
 * generated, or was changed by hand and `force` is false.
 * @param folder the folder of the flows, absolute
 * @throws BridgeError GENERATED_FILE_UNWRITABLE
 */
export async function writeKestra(
  definitions: readonly Schedulable[],
  folder: string,
  { force, ...places }: KestraPlaces & { readonly force: boolean },
): Promise<KestraWriting> {
  const { shownAs = folder, cwd = process.cwd() } = places;
  const { files, problems } = kestraFlows(definitions);
  const nothing = { written: 0, removed: 0, unchanged: 0 };
  if (problems.length > 0) return { ...nothing, findings: await problemFindings(problems, cwd) };
  const expected = await readExpected(files, folder);
  const leftovers = await leftoversOf(definitions, expected, folder, cwd);
  const edits = force ? [] : editFindings(expected, leftovers, shownAs);
  if (edits.length > 0) return { ...nothing, findings: edits };

  const written = expected.filter(({ state }) => state !== 'current');
  for (const file of written) await writeGenerated(file.expected, folder);
  for (const { path } of leftovers) await removeGenerated(path, folder);
  return {
    findings: [
      ...written.map(({ expected: { path, source } }) => done(path, `written from ${source}`, shownAs)),
      ...leftovers.map(({ path, source }) => done(path, `removed: ${source} has no such flow`, shownAs)),
    ],
    written: written.length,
    removed: leftovers.length,
    unchanged: expected.length - written.length,
  };
}

function done(path: string, message: string, shownAs: string): Finding<ErrorCode> {
  return { status: 'ok', subject: `${shownAs}/${path}`, message };
}

/**
 * The generated flows that no definition has any more. A flow whose definition exists, and was not among those that were read,
 * is not included: it belongs to another call of `generate`.
 */
async function leftoversOf(
  definitions: readonly Schedulable[],
  expected: readonly ExpectedFile[],
  folder: string,
  cwd: string,
): Promise<readonly LeftoverFile[]> {
  const sources = new Set(definitions.map(({ file }) => file));
  const files = expected.map((one) => one.expected);
  const leftovers = await readLeftovers(files, folder, GENERATED_FOLDER);
  return leftovers.filter(({ source }) => sources.has(source) || !existsSync(resolve(cwd, source)));
}

function editFindings(
  expected: readonly ExpectedFile[],
  leftovers: readonly LeftoverFile[],
  shownAs: string,
): Finding<ErrorCode>[] {
  return [
    ...expected.flatMap((file) =>
      file.state === 'edited' || file.state === 'foreign' ? expectedFinding(file, shownAs) : [],
    ),
    ...leftovers.flatMap((file) => (file.state === 'edited' ? [leftoverFinding(file, shownAs)] : [])),
  ];
}

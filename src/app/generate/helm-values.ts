import { readFile, realpath } from 'node:fs/promises';
import process from 'node:process';
import type { ErrorCode } from '../../core/error-kinds.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import { amount } from '../../core/text/count-text.ts';
import { codeOf } from '../../core/thrown.ts';
import type { Schedulable } from '../../schedules/schedulable.ts';
import { fieldPlace } from './field-place.ts';
import { scheduleJobs, type ScheduleJob, type Unsupported } from '../../schedules/helm/schedule-jobs.ts';
import { updateValues, type UpdatedValues } from '../../schedules/helm/update-values.ts';
import type { ValuesProblem } from '../../schedules/helm/values-problem.ts';
import { replaceOrWrite } from './replace-file.ts';

/** A values file with the text that it should have. */
interface ComparedValues extends UpdatedValues {
  readonly jobs: readonly ScheduleJob[];
}

interface Problems {
  readonly findings: readonly Finding<ErrorCode>[];
}

/** How findings name a values file. */
interface ValuesPlace {
  /** The values file; by default its absolute path. */
  readonly shownAs?: string;
  /** The directory that the paths of definitions are relative to; by default that of the process. */
  readonly cwd?: string;
}

/**
 * Compares the scheduleJobs of a values file with the definitions. Writes nothing.
 * @param file the values file, absolute
 */
export async function compareHelmValues(
  definitions: readonly Schedulable[],
  file: string,
  { shownAs: shown = file, cwd = process.cwd() }: ValuesPlace = {},
): Promise<readonly Finding<ErrorCode>[]> {
  const compared = await compare(definitions, file, { shown, cwd });
  if ('findings' in compared) return compared.findings;
  if (compared.changes.length === 0) return [inStep(compared, shown)];
  return compared.changes.map(({ line, subject, message }) => ({
    status: 'drift',
    place: { file: shown, line },
    subject,
    message,
    fix: `Run: gemini-sync-bridge generate helm-values --values ${shown}`,
  }));
}

/**
 * Gives a values file the scheduleJobs of the definitions. A file that does not exist is created. Nothing is written if there is a
 * problem.
 * @param file the values file, absolute
 * @returns what was changed, or the problems
 */
export async function writeHelmValues(
  definitions: readonly Schedulable[],
  file: string,
  { shownAs: shown = file, cwd = process.cwd() }: ValuesPlace = {},
): Promise<readonly Finding<ErrorCode>[]> {
  const compared = await compare(definitions, file, { shown, cwd });
  if ('findings' in compared) return compared.findings;
  if (compared.changes.length === 0) return [inStep(compared, shown)];
  try {
    await replaceOrWrite(await withoutLinks(file), compared.text);
  } catch (thrown) {
    throw unusable(shown, 'written', thrown);
  }
  return compared.changes.map(({ line, subject, done }) => ({
    status: 'ok',
    place: { file: shown, line },
    subject,
    message: done,
  }));
}

async function compare(
  definitions: readonly Schedulable[],
  file: string,
  { shown, cwd }: { readonly shown: string; readonly cwd: string },
): Promise<ComparedValues | Problems> {
  const { jobs, unsupported } = scheduleJobs(definitions);
  if (unsupported.length > 0) {
    return { findings: await Promise.all(unsupported.map((each) => unsupportedFinding(each, cwd))) };
  }
  const updated = updateValues(await textOf(file, shown), jobs);
  if ('problems' in updated) return { findings: updated.problems.map((each) => invalidFinding(each, shown)) };
  return { ...updated, jobs };
}

/** The file that a link leads to; a file that does not exist is created where it is named. */
async function withoutLinks(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return file;
    throw thrown;
  }
}

/** @throws BridgeError VALUES_INVALID */
async function textOf(file: string, shown: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return '';
    throw unusable(shown, 'read', thrown);
  }
}

function unusable(shown: string, verb: string, thrown: unknown): BridgeError {
  const reason = codeOf(thrown) || String(thrown);
  return new BridgeError('VALUES_INVALID', `${shown} cannot be ${verb}: ${reason}.`, {
    hint: 'Check the path of --values and the permissions of the file and its folder.',
    cause: thrown,
  });
}

function inStep({ jobs }: ComparedValues, shown: string): Finding<ErrorCode> {
  const message = `scheduleJobs has ${amount(jobs.length, 'job')}, as the definitions have.`;
  return { status: 'ok', place: { file: shown }, subject: 'scheduleJobs', message };
}

async function unsupportedFinding(
  { file, field, message }: Unsupported,
  cwd: string,
): Promise<Finding<ErrorCode>> {
  const place = await fieldPlace(file, field, cwd);
  const fix = 'Give the definition another name.';
  return { status: 'fail', code: 'SCHEDULE_UNSUPPORTED', place, subject: field, message, fix };
}

function invalidFinding({ line, ...problem }: ValuesProblem, file: string): Finding<ErrorCode> {
  return { status: 'fail', code: 'VALUES_INVALID', place: { file, line }, ...problem };
}

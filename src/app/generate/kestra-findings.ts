import type { ErrorCode } from '../../core/error-kinds.ts';
import type { FilePlace, Finding } from '../../core/finding.ts';
import { firstDifference } from '../../schedules/generated-file.ts';
import { GENERATED_FOLDER } from '../../schedules/kestra/flows.ts';
import type { KestraProblem } from '../../schedules/kestra/problem.ts';
import { fieldPlace } from './field-place.ts';
import type { ExpectedFile, LeftoverFile } from './generated-folder.ts';

/** The folder of the flows unless the user names another one. */
const KESTRA_FOLDER_DEFAULT = 'kestra/flows';

/** Describes an expected file that is not current; nothing for one that is. */
export function expectedFinding(
  { expected, actual, state }: ExpectedFile,
  shownAs: string,
): Finding<ErrorCode>[] {
  if (state === 'current') return [];
  const { path, source } = expected;
  const place =
    actual === undefined
      ? placeOf(path, shownAs)
      : { ...placeOf(path, shownAs), line: firstDifference(expected, actual) };
  const generate = commandOf(shownAs);
  const about = { subject: subjectOf(path), place };
  switch (state) {
    case 'missing':
      return [
        { ...about, status: 'drift', message: `The flow of ${source} is missing.`, fix: `Run: ${generate}` },
      ];
    case 'outdated':
      return [
        {
          ...about,
          status: 'drift',
          message: `The flow differs from what ${source} generates now.`,
          fix: `Run: ${generate}`,
        },
      ];
    case 'edited':
      return [
        {
          ...about,
          status: 'drift',
          code: 'GENERATED_FILE_EDITED',
          message: 'The flow was changed by hand.',
          fix: `Move the change into ${source}. Then overwrite the flow: ${generate} --force`,
        },
      ];
    case 'foreign':
      return [
        {
          ...about,
          status: 'drift',
          code: 'GENERATED_FILE_EDITED',
          message: `The file was not generated, and is in the place of the flow of ${source}.`,
          fix: `Rename the file and its flow, or overwrite it: ${generate} --force`,
        },
      ];
  }
}

/** Describes a generated file that no definition has any more. */
export function leftoverFinding({ path, source, state }: LeftoverFile, shownAs: string): Finding<ErrorCode> {
  const about = { subject: subjectOf(path), place: placeOf(path, shownAs), status: 'drift' } as const;
  const generate = commandOf(shownAs);
  if (state === 'outdated') {
    const message = `No definition has this flow any more; it was generated from ${source}.`;
    return { ...about, message, fix: `Run: ${generate}` };
  }
  return {
    ...about,
    code: 'GENERATED_FILE_EDITED',
    message: `No definition has this flow any more; it was generated from ${source}, and changed by hand.`,
    fix: `Keep it under another name, or remove it: ${generate} --force`,
  };
}

function subjectOf(path: string): string {
  return `flow ${path.slice(GENERATED_FOLDER.length + 1, -'.yaml'.length)}`;
}

function placeOf(path: string, shownAs: string): FilePlace {
  return { file: `${shownAs}/${path}` };
}

function commandOf(shownAs: string): string {
  const out = shownAs === KESTRA_FOLDER_DEFAULT ? '' : ` --out ${shownAs}`;
  return `gemini-sync-bridge generate kestra${out}`;
}

/** Describes definitions for which Kestra would accept no flow, with the line of each field. */
export function problemFindings(
  problems: readonly KestraProblem[],
  cwd: string,
): Promise<Finding<ErrorCode>[]> {
  return Promise.all(
    problems.map(async ({ file, field, message, fix }) => ({
      status: 'fail' as const,
      code: 'SCHEDULE_UNSUPPORTED' as const,
      subject: field,
      place: await fieldPlace(file, field, cwd),
      message,
      fix,
    })),
  );
}

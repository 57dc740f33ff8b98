import { basename, join, resolve } from 'node:path';
import { fileFacts, KnownFiles } from '../../definitions/files/known-files.ts';
import type { Problem } from '../../definitions/problem.ts';
import { openConnectorChecker } from '../catalog/connector-checker.ts';
import { checkDefinitionsUnderPolicy, type PolicyPlace } from '../catalog/policy.ts';
import type { Draft } from './drafts/draft-service.ts';

interface CheckSettings extends PolicyPlace {
  /** The folder with the other definitions, relative to `cwd`. */
  readonly directory: string;
  /** Returns a function that tells whether the secret of a name is set; undefined: secrets are not checked. */
  readonly setSecrets?: (() => Promise<(name: string) => boolean>) | undefined;
}

/** Checks texts as `validate` would in the place of their files, together with the other definitions of the server. */
export interface DraftChecker {
  /** The file of the policy, whose problems `check` returns too; undefined without a policy. */
  readonly policyFile: string | undefined;
  /** Returns the problems of the text, and of the policy, in the order of lines. Never throws for an invalid text. */
  check(draft: Pick<Draft, 'intent' | 'path' | 'text'>): Promise<readonly Problem[]>;
  close(): Promise<void>;
}

export function openDraftChecker(settings: CheckSettings): DraftChecker {
  const { directory, policyFile, cwd } = settings;
  const known = new KnownFiles();
  const checker = openConnectorChecker(settings);

  async function problemsOf(draft: Pick<Draft, 'intent' | 'path' | 'text'>): Promise<readonly Problem[]> {
    const file = await fileOf(draft, directory, cwd);
    const secretIsSet = await settings.setSecrets?.();
    const report = await checkDefinitionsUnderPolicy([directory], settings, {
      known,
      text: { file, text: draft.text },
      checkElsewhere: (each, text) => checker.check(each, text),
      ...(secretIsSet === undefined ? {} : { secretIsSet }),
    });
    return report.problems.filter(({ place }) => place.file === file || place.file === policyFile);
  }

  // One after the other: they share the known files and the thread, and one processor checks all of them.
  let last: Promise<unknown> = Promise.resolve();
  return {
    policyFile,
    check(draft) {
      const problems = last.then(() => problemsOf(draft));
      last = problems.catch(() => undefined);
      return problems;
    },
    close: () => checker.close(),
  };
}

/** The name that no file of a folder has, for a text that replaces none. */
const NO_FILE = 'draft';

/** The file whose content the draft replaces. A new connector replaces no file, so that two of one name are reported. */
async function fileOf(
  { intent, path }: Pick<Draft, 'intent' | 'path'>,
  directory: string,
  cwd: string,
): Promise<string> {
  if (path === '') return NO_FILE;
  const file = join(directory, basename(path));
  if (intent === 'edit') return file;
  return (await fileFacts(resolve(cwd, file))) === undefined ? file : NO_FILE;
}

import type { Actor } from '../../../core/access/actor.ts';
import { adviceOf } from '../../../definitions/connector/advice/advice-of.ts';
import type { FormModel } from '../../../definitions/connector/form/form-model.ts';
import { formOf } from '../../../definitions/connector/form/form-of.ts';
import type { Problem } from '../../../definitions/problem.ts';
import { readYaml } from '../../../definitions/yaml/yaml.ts';
import type { DraftChecker } from '../check-draft.ts';
import type { Draft, DraftService } from '../drafts/draft-service.ts';
import { applySubmission, type Refused, type Submission } from './apply-submission.ts';

/** What the editor shows of a draft. */
export interface EditorView {
  readonly draft: Draft;
  /** Those of `validate`, and those of the policy. */
  readonly problems: readonly Problem[];
  /** The file of the policy, whose lines are not lines of the draft. */
  readonly policyFile: string | undefined;
  /** The form of the text, or of the last text that could be read. */
  readonly form: FormModel;
  /** Whether the text can be read, so that the form can change it. */
  readonly isReadable: boolean;
  /** The line that makes the text unreadable; 0 for a text that can be read. */
  readonly unreadableLine: number;
  readonly refused: readonly Refused[];
  /** Sentences about good choices, by the path of the field. */
  readonly advice: readonly { readonly path: string; readonly message: string }[];
}

interface EditorParts {
  readonly drafts: Pick<DraftService, 'save'>;
  readonly draftChecker: DraftChecker;
}

/** Checks a draft and makes its form. */
export async function viewOf(
  draft: Draft,
  { draftChecker }: Pick<EditorParts, 'draftChecker'>,
  refused: readonly Refused[] = [],
): Promise<EditorView> {
  const problems = await draftChecker.check(draft);
  const { policyFile } = draftChecker;
  const ofText = problems.filter(({ place }) => place.file !== policyFile);
  const form = formOf(draft.text, ofText);
  const reading = readYaml(draft.text);
  const facts = { draft, problems, policyFile, refused };
  if (form !== undefined)
    return { ...facts, form, isReadable: true, unreadableLine: 0, advice: adviceOf(reading.value) };
  const last = formOf(draft.readableText, []) ?? { sections: [], otherProblems: [] };
  return {
    ...facts,
    form: { ...last, otherProblems: ofText },
    isReadable: false,
    unreadableLine: reading.problems[0]?.line ?? 1,
    advice: [],
  };
}

/**
 * Saves what was typed in the form, in the text or in both.
 * @throws BridgeError RIGHT_MISSING, DRAFT_UNKNOWN, DRAFT_CHANGED, DRAFT_REFUSED or STATE_*
 */
export async function saveSubmission(
  draft: Draft,
  submission: Submission & Pick<Draft, 'version'>,
  actor: Actor,
  parts: EditorParts,
): Promise<EditorView> {
  const { text, refused } = applySubmission(draft, submission);
  const saved = await parts.drafts.save(draft.id, { text, version: submission.version }, actor);
  return viewOf(saved, parts, refused);
}

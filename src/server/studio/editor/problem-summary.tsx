import type { EditorView } from '../../../app/studio/editor/editor.ts';
import { fieldAt } from '../../../app/studio/editor/apply-submission.ts';
import type { Problem } from '../../../definitions/problem.ts';
import { controlId } from './field-ids.ts';

/** All problems of a draft, with links to fields and lines. */
export function ProblemSummary({ view }: { readonly view: EditorView }) {
  const { problems } = view;
  const failures = problems.filter(({ status }) => status === 'fail').length;
  const tone = failures > 0 ? 'tone-bad' : problems.length > 0 ? 'tone-warn' : 'tone-good';
  return (
    <section
      class={`need summary ${tone}`}
      id="summary"
      data-live=""
      aria-labelledby="summary-title"
      data-failures={failures}
      data-warnings={problems.length - failures}
    >
      <h2 id="summary-title">{summaryText(problems)}</h2>
      {problems.length > 0 && (
        <details open={problems.length <= OPEN_MAX}>
          <summary>Show them</summary>
          <ol class="problem-list">
            {problems.map((problem, index) => (
              <ProblemLine key={index} problem={problem} view={view} />
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}

const OPEN_MAX = 8;

interface ProblemLineOptions {
  readonly problem: Problem;
  readonly view: EditorView;
}

function ProblemLine({ problem, view }: ProblemLineOptions) {
  const { status, message, fix, place } = problem;
  const isOfPolicy = place.file === view.policyFile;
  return (
    <li data-line={isOfPolicy ? undefined : place.line} data-status={status}>
      {isOfPolicy ? (
        <code>{place.line === undefined ? place.file : `${place.file}:${place.line}`}</code>
      ) : (
        <PlaceInDraft problem={problem} view={view} />
      )}
      {': '}
      {message}{' '}
      <span class="write">
        Write: <span class="fix">{fix}</span>
      </span>
    </li>
  );
}

function PlaceInDraft({ problem: { subject, place }, view }: ProblemLineOptions) {
  const field = view.isReadable ? fieldOf(subject, view) : undefined;
  return (
    <>
      {field === undefined ? (
        subject !== '' && <code>{subject}</code>
      ) : (
        <a href={`#${controlId(field)}`}>{subject}</a>
      )}
      {place.line !== undefined && (
        <>
          {subject !== '' && ', '}
          <a href="#text" data-line={place.line}>
            line {place.line}
          </a>
        </>
      )}
    </>
  );
}

/** The field at which the form shows the problem. */
function fieldOf(subject: string, { form }: EditorView): string | undefined {
  if (fieldAt(form, subject) !== undefined) return subject;
  return form.sections
    .flatMap(({ fields }) => fields)
    .find(({ problems }) => problems.some((problem) => problem.subject === subject))?.path;
}

function summaryText(problems: readonly Problem[]): string {
  const failures = problems.filter(({ status }) => status === 'fail').length;
  const warnings = problems.length - failures;
  const parts = [counted(failures, 'problem'), counted(warnings, 'warning')].filter((part) => part !== '');
  return parts.length === 0 ? 'Valid' : parts.join(', ');
}

function counted(number: number, noun: string): string {
  return number === 0 ? '' : `${number} ${noun}${number === 1 ? '' : 's'}`;
}

import type { Refused } from '../../../app/studio/editor/apply-submission.ts';
import type { FormField, FormProblem } from '../../../definitions/connector/form/form-model.ts';
import { Described, WithCode } from './described.tsx';
import { controlId, controlName } from './field-ids.ts';

interface FieldOptions {
  readonly field: FormField;
  readonly refused: Refused | undefined;
  readonly advice: readonly string[];
}

/** One field of the form: label, control, problems, advice and description. */
export function Field({ field, refused, advice }: FieldOptions) {
  const { path, label, group, required, problems, applies, known, description, examples } = field;
  const id = controlId(path);
  const isExtra = isOptional(field) && refused === undefined && advice.length === 0;
  const isBad = refused !== undefined || problems.some(({ status }) => status === 'fail');
  const hasNotes = isBad || problems.length > 0 || advice.length > 0;
  const key = path.slice(path.lastIndexOf('.') + 1);
  return (
    <div
      class="field"
      data-key={path}
      data-extra={isExtra ? '' : undefined}
      data-bad={isBad ? '' : undefined}
    >
      <p class="field-label">
        <label for={id}>
          {group !== '' && `${group}: `}
          {label}
        </label>{' '}
        {known && <code class="quiet">{key}</code>} {required && <span class="required">required</span>}
      </p>
      <Control field={field} value={refused?.value ?? field.value} isBad={isBad} hasNotes={hasNotes} />
      {hasNotes && (
        <div class="notes-of-field" id={`${id}-notes`}>
          {refused !== undefined && <p class="note bad">{refused.message}</p>}
          {problems.map((problem, index) => (
            <ProblemNote key={index} problem={problem} />
          ))}
          {advice.map((text) => (
            <p class="note advice" key={text}>
              <WithCode text={text} />
            </p>
          ))}
        </div>
      )}
      {(!applies || !known) && <Removal field={field} />}
      {description !== '' && (
        <div class="about" id={`${id}-about`}>
          <Described text={description} />
        </div>
      )}
      {examples.length > 0 && (
        <p class="about">
          Example: <code>{examples[0]}</code>
        </p>
      )}
    </div>
  );
}

/** Whether a person can leave the field alone: it is not needed, or has the only value that it can have. */
export function isOptional({ required, present, problems, control, options, value }: FormField): boolean {
  if (problems.length > 0) return false;
  return (!required && !present) || (control === 'select' && options.length === 1 && value === options[0]);
}

function ProblemNote({ problem: { status, message, fix, place } }: { readonly problem: FormProblem }) {
  return (
    <p class={`note ${status === 'fail' ? 'bad' : 'warn'}`}>
      <span class="unseen">{status === 'fail' ? 'Problem: ' : 'Warning: '}</span>
      {message}{' '}
      <span class="write">
        Write: <span class="fix">{fix}</span>
      </span>
      {place.line !== undefined && (
        <>
          {' '}
          <a href="#text" data-line={place.line}>
            Line {place.line}
          </a>
        </>
      )}
    </p>
  );
}

/** A key that may not be here: it stays until a person removes it. */
function Removal({ field: { path, known, label } }: { readonly field: FormField }) {
  return (
    <p class="note warn">
      {known
        ? 'This key does not apply to the mode and the kind of source. It stays in the text until you remove it.'
        : 'The schema has no such key. It stays in the text until you remove it.'}{' '}
      <button type="submit" name="remove" value={path} class="small" aria-label={`Remove ${label}`}>
        Remove
      </button>
    </p>
  );
}

const LINES_MAX = 14;

interface ControlOptions {
  readonly field: FormField;
  readonly value: string;
  readonly isBad: boolean;
  readonly hasNotes: boolean;
}

function Control({ field, value, isBad, hasNotes }: ControlOptions) {
  const { path, control, options, required, description } = field;
  const id = controlId(path);
  const described = [hasNotes ? `${id}-notes` : '', description === '' ? '' : `${id}-about`].filter(Boolean);
  const common = {
    id,
    name: controlName(path),
    'aria-required': required ? ('true' as const) : undefined,
    'aria-invalid': isBad ? ('true' as const) : undefined,
    'aria-describedby': described.length === 0 ? undefined : described.join(' '),
  };
  switch (control) {
    case 'select':
      return (
        <select {...common}>
          {(!required || value === '') && <option value="" selected={value === ''} />}
          {options.map((option) => (
            <option key={option} value={option} selected={option === value}>
              {option}
            </option>
          ))}
        </select>
      );
    case 'text':
    case 'number':
      return (
        <input
          {...common}
          type="text"
          value={value}
          autocomplete="off"
          spellcheck={false}
          inputMode={control === 'number' ? 'numeric' : undefined}
        />
      );
    case 'textarea':
    case 'list':
    case 'map':
    case 'yaml': {
      const lines = Math.min(value.split('\n').length, LINES_MAX);
      return (
        <>
          <textarea
            {...common}
            class="mono"
            rows={Math.max(lines, control === 'textarea' ? 3 : 2)}
            spellcheck={false}
          >
            {areaText(value)}
          </textarea>
          {HOW[control] !== undefined && <p class="how">{HOW[control]}</p>}
        </>
      );
    }
  }
}

const HOW: Readonly<Partial<Record<FormField['control'], string>>> = {
  list: 'One item in each line.',
  map: 'name=value in each line.',
  yaml: 'Shown as YAML, as it is in the text.',
};

/** The parser of HTML drops the first line break of a text area. */
export function areaText(value: string): string {
  return value.startsWith('\n') ? `\n${value}` : value;
}

import {
  MANAGED_SECRET_BYTES_MAX,
  MANAGED_SECRET_NAME_CHARACTERS_MAX,
  MANAGED_SECRET_NOTE_CHARACTERS_MAX,
} from '../../../core/limits.ts';
import { FormToken } from '../../http/pages/form-token.tsx';
import type { Viewer } from '../elements/viewer.ts';
import { studioFrame } from '../elements/frame.tsx';
import { SECRETS_PATH, secretPath } from '../paths.ts';

/** What the form shows; a value is never part of it. */
export interface SecretForm {
  readonly name: string;
  /** One per line. */
  readonly hosts: string;
  readonly connectors: string;
  readonly note: string;
}

interface SecretFormPage {
  readonly form: SecretForm;
  readonly isNew: boolean;
  readonly problem?: { readonly message: string; readonly hint?: string | undefined };
  readonly formToken: string | undefined;
  readonly viewer: Viewer;
}

/** Stores a secret, or changes one. */
export function secretFormPage({ form, isNew, problem, formToken, viewer }: SecretFormPage): string {
  const title = isNew ? 'New secret' : `Change ${form.name}`;
  return studioFrame({
    title,
    part: 'secrets',
    viewer,
    trail: [{ label: 'Secrets', href: SECRETS_PATH }, { label: title }],
    children: (
      <section aria-labelledby="secret-title">
        <h1 id="secret-title">{title}</h1>
        {problem !== undefined && (
          <div class="need tone-bad" role="alert" id="problem">
            <p>{problem.message}</p>
            {problem.hint !== undefined && <p class="quiet">{problem.hint}</p>}
            <p class="quiet">The value was not kept. Enter it again.</p>
          </div>
        )}
        <form
          class="fields"
          method="post"
          action={isNew ? `${SECRETS_PATH}/new` : secretPath(form.name, 'edit')}
          aria-describedby={problem === undefined ? undefined : 'problem'}
        >
          <FormToken value={formToken} />
          {isNew && <Name value={form.name} />}
          <Value isNew={isNew} />
          <Lines
            name="hosts"
            label="Allowed hosts"
            value={form.hosts}
            hint="One per line, such as api.example.com, db.example.com:5432 or *.example.com. The value is sent to no other host. If you change this list, enter the value again. An empty list allows every host in runs, and none in previews of drafts."
          />
          <Lines
            name="connectors"
            label="Allowed connectors"
            value={form.connectors}
            hint="One name per line, also of a connector that does not exist yet. An empty list allows every connector in runs, and none in previews of drafts."
          />
          <p>
            <label for="note">Note</label>
            <input
              id="note"
              name="note"
              value={form.note}
              maxlength={MANAGED_SECRET_NOTE_CHARACTERS_MAX}
              autocomplete="off"
            />
          </p>
          <p class="actions">
            <button type="submit" class="primary">
              {isNew ? 'Store the secret' : 'Store the changes'}
            </button>
            <a class="button" href={SECRETS_PATH}>
              Cancel
            </a>
          </p>
        </form>
      </section>
    ),
  });
}

function Name({ value }: { readonly value: string }) {
  return (
    <p>
      <label for="name">Name</label>
      <span class="quiet small" id="name-hint">
        The name that connectors use in secretRef: letters, digits, dots, hyphens and underscores.
      </span>
      <input
        id="name"
        name="name"
        value={value}
        required
        maxlength={MANAGED_SECRET_NAME_CHARACTERS_MAX}
        aria-describedby="name-hint"
        autocomplete="off"
        spellcheck={false}
      />
    </p>
  );
}

/** The field is always empty: no placeholder exists that could come back as a value. */
function Value({ isNew }: { readonly isNew: boolean }) {
  return (
    <p>
      <label for="value">Value</label>
      <span class="quiet small" id="value-hint">
        {isNew ? '' : 'Leave it empty to keep the stored value. '}
        It is never shown again. For a value with several lines, use the command secrets set or the API.
      </span>
      <input
        id="value"
        name="value"
        type="password"
        required={isNew}
        maxlength={MANAGED_SECRET_BYTES_MAX}
        autocomplete="new-password"
        aria-describedby="value-hint"
        spellcheck={false}
      />
    </p>
  );
}

interface LinesField {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly hint: string;
}

function Lines({ name, label, value, hint }: LinesField) {
  return (
    <p>
      <label for={name}>{label}</label>
      <span class="quiet small" id={`${name}-hint`}>
        {hint}
      </span>
      <textarea id={name} name={name} rows={3} aria-describedby={`${name}-hint`} spellcheck={false}>
        {value}
      </textarea>
    </p>
  );
}

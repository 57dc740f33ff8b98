import type { EditorView } from '../../../app/studio/editor/editor.ts';
import { fieldAt } from '../../../app/studio/editor/apply-submission.ts';
import type { FormSection } from '../../../definitions/connector/form/form-model.ts';
import { Field, isOptional } from './field.tsx';
import { controlName } from './field-ids.ts';

/** The form of a draft; it cannot be used while the text cannot be read. */
export function FormPart({ view }: { readonly view: EditorView }) {
  const { form, isReadable, unreadableLine, refused, advice } = view;
  const refusedAt = new Map(refused.map((each) => [each.path, each]));
  const adviceAt = (path: string) =>
    advice.filter((each) => each.path === path).map(({ message }) => message);
  const homeless = refused.filter(({ path }) => fieldAt(form, path) === undefined);
  return (
    <div class="form-part" id="form-part" data-live="">
      {!isReadable && (
        <p class="need tone-bad" role="alert">
          The form is read-only, because the text cannot be read in{' '}
          <a href="#text" data-line={unreadableLine}>
            line {unreadableLine}
          </a>
          . It shows the last text that could be read. Correct the text to continue with the form.
        </p>
      )}
      {(isReadable ? homeless : refused).map(({ path, value, message }) => (
        <div class="need tone-warn" key={path}>
          <p>
            <code>{path}</code>: {message}
          </p>
          <pre>{value}</pre>
          <input type="hidden" name={controlName(path)} value={value} data-kept="" />
        </div>
      ))}
      <fieldset class="whole" disabled={!isReadable}>
        <legend class="unseen">Fields of the connector</legend>
        {form.sections.map((section) => (
          <Section key={section.id} section={section}>
            {section.fields.map((field) => (
              <Field
                key={field.path}
                field={field}
                refused={isReadable ? refusedAt.get(field.path) : undefined}
                advice={adviceAt(field.path)}
              />
            ))}
          </Section>
        ))}
      </fieldset>
    </div>
  );
}

interface SectionOptions {
  readonly section: FormSection;
  readonly children: preact.ComponentChildren;
}

/** Fields that are optional and not in the text are shown on request, which needs no script. */
function Section({ section: { id, title, hint, fields }, children }: SectionOptions) {
  const optional = fields.filter(isOptional);
  return (
    <section class="part" id={`section-${id}`} aria-labelledby={`section-${id}-title`}>
      <h2 id={`section-${id}-title`}>{title}</h2>
      <p class="quiet hint">{hint}</p>
      {optional.length > 0 && (
        <label class="show-extra">
          <input type="checkbox" aria-label={`Show all settings of ${title}`} />{' '}
          {optional.length === fields.length
            ? `${optional.length} optional settings`
            : `${optional.length} more settings`}
        </label>
      )}
      <div class="fields" data-key={`fields-${id}`}>
        {children}
      </div>
    </section>
  );
}

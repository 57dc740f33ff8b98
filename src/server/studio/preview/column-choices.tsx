import type { Draft } from '../../../app/studio/drafts/draft-service.ts';
import type { Preview } from '../../../app/studio/preview/preview-service.ts';
import { FormToken } from '../../http/pages/form-token.tsx';
import { controlName } from '../editor/field-ids.ts';
import { draftPath } from '../paths.ts';
import { shownText } from './shown-text.ts';

const METADATA = 'spec.mapping.metadataFields';

/** The fields of a draft that name a column, as the headings of the table. */
const USES = [
  { label: 'Id', use: 'id', path: 'spec.mapping.idField', isOptional: false },
  { label: 'Title', use: 'title', path: 'spec.mapping.titleField', isOptional: false },
  { label: 'Users', use: 'readers (users)', path: 'spec.mapping.aclUsersField', isOptional: true },
  { label: 'Groups', use: 'readers (groups)', path: 'spec.mapping.aclGroupsField', isOptional: true },
] as const;

interface Choices {
  readonly columns: Preview['columns'];
  readonly draft: Draft;
  /** The values of the fields of the draft, by their paths. */
  readonly values: ReadonlyMap<string, string>;
  readonly formToken: string | undefined;
}

/** The columns of a source, to be chosen as the id, title, readers and metadata of the documents. */
export function ColumnChoices({ columns, draft, values, formToken }: Choices) {
  if (columns.length === 0) return <p>The source returned no record, so its fields are not known.</p>;
  const metadata = new Set((values.get(METADATA) ?? '').split('\n').filter((name) => name !== ''));
  const others = [...metadata].filter((name) => !columns.some((column) => column.name === name));
  return (
    <form method="post" action={draftPath(draft.id)}>
      <FormToken value={formToken} />
      <input type="hidden" name="version" value={draft.version} />
      {/* Without it, a form in which no box is checked would leave the list as it was. */}
      <input type="hidden" name={controlName(METADATA)} value="" />
      {others.map((name) => (
        <input key={name} type="hidden" name={controlName(METADATA)} value={name} />
      ))}
      <div class="scroll" tabindex={0} role="region" aria-label="Columns of the source">
        <table class="columns">
          <caption class="unseen">Columns of the source</caption>
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Kind</th>
              {USES.map(({ label, path }) => (
                <th key={path} scope="col" class="pick">
                  {label}
                </th>
              ))}
              <th scope="col" class="pick">
                Metadata
              </th>
            </tr>
          </thead>
          <tbody>
            {columns.map((column) => (
              <ColumnRow key={column.name} {...{ column, values, isMetadata: metadata.has(column.name) }} />
            ))}
            <tr>
              <th scope="row" class="quiet">
                none
              </th>
              <td />
              {USES.map(({ use, path, isOptional }) =>
                isOptional ? (
                  <Pick key={path} {...{ path, use, name: '', isChosen: (values.get(path) ?? '') === '' }} />
                ) : (
                  <td key={path} />
                ),
              )}
              <td />
            </tr>
          </tbody>
        </table>
      </div>
      <p class="quiet">
        Users and groups are the columns that name who may find a document. Without them, everyone who may use
        the data store finds it.
      </p>
      <p class="actions">
        <button type="submit" class="primary">
          Write the choices into the draft
        </button>
      </p>
    </form>
  );
}

interface RowOptions {
  readonly column: Preview['columns'][number];
  readonly values: ReadonlyMap<string, string>;
  readonly isMetadata: boolean;
}

function ColumnRow({ column: { name, kind }, values, isMetadata }: RowOptions) {
  return (
    <tr>
      <th scope="row">
        <code>{shownText(name)}</code>
      </th>
      <td>{kind}</td>
      {USES.map(({ use, path }) => (
        <Pick key={path} {...{ path, use, name, isChosen: values.get(path) === name }} />
      ))}
      <td class="pick">
        <input
          type="checkbox"
          name={controlName(METADATA)}
          value={name}
          checked={isMetadata}
          aria-label={`Use ${shownText(name)} as metadata`}
        />
      </td>
    </tr>
  );
}

interface PickOptions {
  readonly path: string;
  readonly use: string;
  readonly name: string;
  readonly isChosen: boolean;
}

function Pick({ path, use, name, isChosen }: PickOptions) {
  return (
    <td class="pick">
      <input
        type="radio"
        name={controlName(path)}
        value={name}
        checked={isChosen}
        aria-label={name === '' ? `Use no column as ${use}` : `Use ${shownText(name)} as ${use}`}
      />
    </td>
  );
}

import type { Draft } from '../../../app/studio/drafts/draft-service.ts';
import type { Preview } from '../../../app/studio/preview/preview-service.ts';
import { FormToken } from '../../http/form-token.tsx';
import { controlName } from '../editor/field-ids.ts';
import { draftPath } from '../paths.ts';
import { shownText } from './shown-text.ts';

const USES = [
  { label: 'id', path: 'spec.mapping.idField' },
  { label: 'title', path: 'spec.mapping.titleField' },
  { label: 'users', path: 'spec.mapping.aclUsersField' },
  { label: 'groups', path: 'spec.mapping.aclGroupsField' },
] as const;

interface Choices {
  readonly columns: Preview['columns'];
  readonly draft: Draft;
  readonly formToken: string | undefined;
}

/** The columns of a source, each with buttons that write its name into a field of the draft. */
export function ColumnChoices({ columns, draft, formToken }: Choices) {
  if (columns.length === 0) return <p>The source returned no record, so its fields are not known.</p>;
  return (
    <table>
      <caption>Columns of the source</caption>
      <thead>
        <tr>
          <th scope="col">Column</th>
          <th scope="col">Kind</th>
          <th scope="col">Use in the draft</th>
        </tr>
      </thead>
      <tbody>
        {columns.map(({ name, kind }) => (
          <tr key={name}>
            <th scope="row">
              <code>{shownText(name)}</code>
            </th>
            <td>{kind}</td>
            <td>
              <form method="post" action={draftPath(draft.id)} class="actions">
                <FormToken value={formToken} />
                <input type="hidden" name="version" value={draft.version} />
                {USES.map(({ label, path }) => (
                  <button
                    key={path}
                    type="submit"
                    name={controlName(path)}
                    value={name}
                    aria-label={`Use ${shownText(name)} as ${label}`}
                  >
                    {label}
                  </button>
                ))}
              </form>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

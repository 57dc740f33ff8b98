import { FormToken } from '../../http/pages/form-token.tsx';
import type { Flash } from '../../http/flash.ts';
import type { Viewer } from '../elements/viewer.ts';
import type { Draft } from '../../../app/studio/drafts/draft-service.ts';
import { studioFrame } from '../elements/frame.tsx';
import { DRAFTS_PATH } from '../paths.ts';
import { DraftList } from './draft-list.tsx';

interface NewPage {
  readonly viewer: Viewer;
  readonly formToken: string | undefined;
  readonly flash?: Flash | undefined;
  readonly drafts: readonly Draft[];
  readonly now: string;
}

/** What a person can start with, in the words of the person. */
const SOURCES = [
  { source: 'postgres', title: 'PostgreSQL', about: 'Reads rows with a SQL query, on a schedule.' },
  { source: 'mysql', title: 'MySQL or MariaDB', about: 'Reads rows with a SQL query, on a schedule.' },
  { source: 'mssql', title: 'SQL Server', about: 'Reads rows with a SQL query, on a schedule.' },
  { source: 'oracle', title: 'Oracle', about: 'Reads rows with a SQL query, on a schedule.' },
  { source: 'http', title: 'Web API', about: 'Requests records page by page from an HTTP API.' },
  { source: 'file', title: 'Files in a folder', about: 'Reads documents, CSV or JSON files of a folder.' },
  { source: 'push', title: 'Push', about: 'Other systems send their documents to this server.' },
] as const;

/** `/studio/connectors/new`: chooses where documents come from. */
export function newPage({ viewer, formToken, flash, drafts, now }: NewPage): string {
  return studioFrame({
    title: 'New connector',
    trail: [{ label: 'New connector' }],
    part: 'connectors',
    viewer,
    flash,
    children: (
      <>
        <div class="head">
          <h1>New connector</h1>
          <p>
            Choose where the documents come from. Nothing is changed before you propose it and a colleague
            merges it.
          </p>
        </div>
        <form class="start" method="post" action={DRAFTS_PATH}>
          <FormToken value={formToken} />
          <input type="hidden" name="intent" value="create" />
          <SourceChoice />
          <NameField />
          <fieldset class="choices">
            <legend>Start with</legend>
            <label class="choice">
              <input type="radio" name="start" value="form" checked />
              <span>
                <strong>The fields to fill in</strong>
                <span class="quiet">A short text with only what is required.</span>
              </span>
            </label>
            <label class="choice">
              <input type="radio" name="start" value="example" />
              <span>
                <strong>A complete example</strong>
                <span class="quiet">A valid connector with comments, to change step by step.</span>
              </span>
            </label>
          </fieldset>
          <p class="actions">
            <button type="submit" class="primary">
              Create the draft
            </button>
          </p>
        </form>
        <DraftList drafts={drafts} now={now} />
      </>
    ),
  });
}

function SourceChoice() {
  return (
    <fieldset class="choices">
      <legend>Source</legend>
      {SOURCES.map(({ source, title, about }, index) => (
        <label class="choice" key={source}>
          <input type="radio" name="source" value={source} required checked={index === 0} />
          <span>
            <strong>{title}</strong>
            <span class="quiet">{about}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function NameField() {
  return (
    <div class="field">
      <label for="new-name">Name</label>
      <input
        id="new-name"
        name="name"
        maxLength={64}
        pattern="[a-z0-9]([a-z0-9\-]{0,62}[a-z0-9])?"
        title="Lower-case letters, digits and hyphens, with a letter or digit at both ends"
        aria-describedby="new-name-about"
        autocomplete="off"
        placeholder="hr-employees"
      />
      <p class="quiet" id="new-name-about">
        Lower-case letters, digits and hyphens, unique in the installation. You can choose it later, but a
        connector that ran keeps its name.
      </p>
    </div>
  );
}

import {
  CATALOG_FILTERS,
  CATALOG_MODES,
  type CatalogFilter,
  type CatalogMode,
  type CatalogQuery,
} from '../../../app/studio/catalog/find-entries.ts';
import type { CatalogPage } from '../../../app/studio/catalog/studio-catalog.ts';
import type { Flash } from '../../http/flash.ts';
import { countText } from '../../ops/elements/figures.ts';
import type { Viewer } from '../elements/viewer.ts';
import { studioFrame } from '../elements/frame.tsx';
import { CATALOG_PATH, NEW_CONNECTOR_PATH } from '../paths.ts';
import { catalogAddress } from './catalog-address.ts';
import { CatalogTable } from './catalog-table.tsx';

interface CatalogPageProps {
  readonly content: CatalogPage;
  readonly query: CatalogQuery;
  readonly viewer: Viewer;
  readonly flash: Flash | undefined;
}

const MODES: Readonly<Record<CatalogMode, string>> = {
  sql_pull: 'Database (sql_pull)',
  rest_pull: 'HTTP API (rest_pull)',
  rest_push: 'Pushed (rest_push)',
  file_pull: 'Files (file_pull)',
};

const FILTERS: Readonly<Record<CatalogFilter, string>> = {
  ok: 'Last run OK',
  held: 'Deletes held',
  partial: 'Partial',
  failed: 'Failed',
  never: 'Never run',
  late: 'Late',
  broken: 'Broken file',
  paused: 'Paused',
  proposed: 'Has an open proposal',
};

/** All connectors, valid and broken. */
export function catalogPage({ content, query, viewer, flash }: CatalogPageProps): string {
  const { entries, generatedAt, folderProblems, total } = content;
  return studioFrame({
    title: 'Connectors',
    part: 'connectors',
    viewer,
    flash,
    children: (
      <section aria-labelledby="catalog-title">
        <div class="catalog-head">
          <h1 id="catalog-title">Connectors</h1>
          {viewer.may('author') && (
            <a class="button primary" href={NEW_CONNECTOR_PATH}>
              New connector
            </a>
          )}
        </div>
        {folderProblems.map(({ place, message, fix }) => (
          <div class="need tone-bad" key={`${place.file} ${message}`}>
            <p>
              The folder of connectors cannot be read. <code>{place.file}</code>: {message}
            </p>
            <p class="fix">Write: {fix}</p>
          </div>
        ))}
        {total === 0 ? (
          <Empty mayCreate={viewer.may('author')} />
        ) : (
          <>
            <Filters query={query} />
            {entries.length === 0 ? (
              <NoneFound content={content} />
            ) : (
              <CatalogTable entries={entries} now={generatedAt} query={query} viewer={viewer} />
            )}
            <Pages content={content} query={query} />
          </>
        )}
      </section>
    ),
  });
}

function Empty({ mayCreate }: { readonly mayCreate: boolean }) {
  return (
    <div class="nothing">
      <p>No connectors yet.</p>
      <p>
        A connector reads a source and keeps its documents up to date in a data store.{' '}
        {mayCreate ? (
          <>
            Create the first one with <a href={NEW_CONNECTOR_PATH}>New connector</a>,
          </>
        ) : (
          <>A person with the right author can create the first one,</>
        )}{' '}
        or an administrator sets <code>CONNECTORS_DIR</code> to the folder that has the connectors.
      </p>
    </div>
  );
}

function Filters({ query }: { readonly query: CatalogQuery }) {
  const { find, mode, state, sort, order } = query;
  const isFiltered = find !== '' || mode !== null || state !== null;
  return (
    <form class="filter" method="get" action={CATALOG_PATH} role="search" aria-label="Which connectors">
      <label class="wide">
        Find
        <input
          name="find"
          value={find}
          placeholder="name, description or type of source"
          maxlength={256}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <label>
        Mode
        <select name="mode">
          <option value="">All</option>
          {CATALOG_MODES.map((each) => (
            <option key={each} value={each} selected={each === mode}>
              {MODES[each]}
            </option>
          ))}
        </select>
      </label>
      <label>
        State
        <select name="state">
          <option value="">All</option>
          {CATALOG_FILTERS.map((each) => (
            <option key={each} value={each} selected={each === state}>
              {FILTERS[each]}
            </option>
          ))}
        </select>
      </label>
      {sort !== 'name' && <input type="hidden" name="sort" value={sort} />}
      {sort !== 'name' && <input type="hidden" name="order" value={order} />}
      <button type="submit">Find</button>
      {isFiltered && (
        <a href={catalogAddress({ ...query, find: '', mode: null, state: null, page: 1 })}>Clear</a>
      )}
    </form>
  );
}

interface Part {
  readonly content: CatalogPage;
  readonly query: CatalogQuery;
}

function NoneFound({ content }: Pick<Part, 'content'>) {
  return (
    <p class="nothing">
      None of the {countText(content.total)} connectors matches the search.{' '}
      <a href={CATALOG_PATH}>Show all connectors</a>
    </p>
  );
}

function Pages({ content: { found, total, page, pages, entries }, query }: Part) {
  const to = (next: number) => catalogAddress({ ...query, page: next });
  return (
    <nav class="pager" aria-label="Pages of connectors">
      <span class="quiet">
        {countText(entries.length)} of {countText(found)}
        {found < total && ` found among ${countText(total)}`}
        {pages > 1 && `, page ${page} of ${pages}`}
      </span>
      {page > 1 && (
        <a rel="prev" href={to(page - 1)}>
          Previous
        </a>
      )}
      {page < pages && (
        <a rel="next" href={to(page + 1)}>
          Next
        </a>
      )}
    </nav>
  );
}

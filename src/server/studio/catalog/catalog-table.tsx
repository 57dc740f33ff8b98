import { CardsTable } from '../../ops/elements/cards-table.tsx';
import type { CountedEntry } from '../../../app/studio/catalog/entry.ts';
import type { CatalogQuery, CatalogSort } from '../../../app/studio/catalog/find-entries.ts';
import { RunCell } from '../../ops/elements/cells.tsx';
import { countText, UNKNOWN } from '../../ops/elements/figures.ts';
import { NextDue } from '../../ops/elements/moment.tsx';
import { scheduleWords } from '../../ops/elements/schedule-text.ts';
import { catalogPath, connectorPath, PROPOSALS_PATH } from '../paths.ts';
import { catalogAddress, FIRST_ORDER } from './catalog-address.ts';
import { ACTION_LABELS, actionsOf } from './connector-actions.ts';
import { StateMark } from './state-mark.tsx';
import type { Viewer } from '../elements/viewer.ts';

interface CatalogTable {
  readonly entries: readonly CountedEntry[];
  readonly now: string;
  readonly query: CatalogQuery;
  readonly viewer: Viewer;
}

const COLUMNS: readonly { readonly title: string; readonly sort?: CatalogSort; readonly figure?: true }[] = [
  { title: 'Connector', sort: 'name' },
  { title: 'State', sort: 'state' },
  { title: 'Source' },
  { title: 'Schedule' },
  { title: 'Next run', sort: 'next_run' },
  { title: 'Last run', sort: 'last_run' },
  { title: 'Documents', figure: true },
];

/** One page of connectors; each heading that sorts is a link. */
export function CatalogTable({ entries, now, query, viewer }: CatalogTable) {
  return (
    <CardsTable
      caption="Connectors"
      headings={COLUMNS.map(({ title, sort, figure }) => (
        <Heading key={title} title={title} sort={sort} isFigure={figure === true} query={query} />
      ))}
    >
      {entries.map((entry) => (
        <Row key={entry.id} entry={entry} now={now} viewer={viewer} />
      ))}
    </CardsTable>
  );
}

interface HeadingProps {
  readonly title: string;
  readonly sort: CatalogSort | undefined;
  readonly isFigure: boolean;
  readonly query: CatalogQuery;
}

function Heading({ title, sort, isFigure, query }: HeadingProps) {
  const kind = isFigure ? 'figure' : undefined;
  if (sort === undefined) {
    return (
      <th scope="col" class={kind}>
        {title}
      </th>
    );
  }
  const isSorted = query.sort === sort;
  const reversed = query.order === 'asc' ? 'desc' : 'asc';
  const order = isSorted ? reversed : FIRST_ORDER[sort];
  const direction = query.order === 'asc' ? 'ascending' : 'descending';
  return (
    <th scope="col" class={kind} aria-sort={isSorted ? direction : undefined}>
      <a class="sort" href={catalogAddress({ ...query, sort, order, page: 1 })}>
        {title}
        {isSorted && <span aria-hidden="true">{query.order === 'asc' ? ' ▲' : ' ▼'}</span>}
      </a>
    </th>
  );
}

interface RowProps extends Pick<CatalogTable, 'now' | 'viewer'> {
  readonly entry: CountedEntry;
}

function Row({ entry, now, viewer }: RowProps) {
  const { id, description, mode, sourceType, documents, lastRun } = entry;
  return (
    <tr>
      <td class="name">
        <a href={catalogPath(id)}>{id}</a>
        {description !== null && <span class="described">{description}</span>}
        <RowActions entry={entry} viewer={viewer} />
      </td>
      <td>
        <StateMark state={entry.state} />
        <Badges entry={entry} />
      </td>
      <td data-label="source">
        {mode ?? UNKNOWN}
        {sourceType !== null && <span class="described quiet">{sourceType}</span>}
      </td>
      <td data-label="schedule">
        <Schedule entry={entry} />
      </td>
      <td data-label="next run">
        <NextDue of={{ paused: entry.paused, freshness: { next_due_at: entry.nextDueAt } }} now={now} />
      </td>
      <RunCell run={lastRun} label="last run" now={now} />
      <td class="figure" data-label="documents">
        {countText(documents)}
      </td>
    </tr>
  );
}

function Badges({ entry: { paused, problems, openProposal } }: { readonly entry: CountedEntry }) {
  return (
    <>
      {paused && <span class="badge">Paused</span>}
      {problems.length > 0 && (
        <span class="quiet">
          {' '}
          {countText(problems.length)} {problems.length === 1 ? 'problem' : 'problems'}
        </span>
      )}
      {openProposal !== null && (
        <a class="badge" href={`${PROPOSALS_PATH}/${encodeURIComponent(openProposal.id)}`}>
          Proposed: {openProposal.action}
          {openProposal.pull !== null && ` (#${openProposal.pull.number})`}
        </a>
      )}
    </>
  );
}

/** The schedule in words if it has a common form, and always as it is written, with its time zone. */
export function Schedule({ entry: { schedule, timeZone } }: { readonly entry: CountedEntry }) {
  if (schedule === null) return <span class="unknown">{UNKNOWN}</span>;
  const zone = timeZone ?? 'UTC';
  const words = scheduleWords(schedule, zone);
  return (
    <>
      {words}
      <span class={words === undefined ? 'described' : 'described quiet'}>
        <code>{schedule}</code>
        {words?.includes(zone) !== true && ` ${zone}`}
      </span>
    </>
  );
}

function RowActions({ entry, viewer }: Pick<RowProps, 'entry' | 'viewer'>) {
  const { id } = entry;
  return (
    <ul class="row-actions" aria-label={`Actions for ${id}`}>
      {actionsOf(entry, viewer).map((page) => (
        <li key={page}>
          <a href={connectorPath(id, page)}>
            {ACTION_LABELS[page]}
            <span class="unseen"> {id}</span>
          </a>
        </li>
      ))}
      <li>
        <a href={`${catalogPath(id)}#yaml`}>
          YAML<span class="unseen"> of {id}</span>
        </a>
      </li>
    </ul>
  );
}

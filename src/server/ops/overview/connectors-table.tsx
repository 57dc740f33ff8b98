import { CardsTable } from '../elements/cards-table.tsx';
import type { OpsConnector } from '../../../app/ops/model/connector.ts';
import { RunCell } from '../elements/cells.tsx';
import { connectorPath, overviewPath, type OverviewAddress } from '../elements/addresses.ts';
import { FIRST_ORDER, type Sort } from './connector-list.ts';
import { countText, UNKNOWN } from '../elements/figures.ts';
import { Mark, meaningOfState } from '../elements/mark.tsx';
import { Moment, NextDue } from '../elements/moment.tsx';

interface ConnectorsTable {
  readonly connectors: readonly OpsConnector[];
  readonly now: string;
  readonly address: OverviewAddress;
}

const COLUMNS: readonly (readonly [sort: Sort, title: string])[] = [
  ['state', 'State'],
  ['name', 'Connector'],
  ['last_run', 'Last run'],
  ['as_of', 'Index as of'],
  ['next_due', 'Next due'],
  ['held', 'Held'],
  ['quarantined', 'Quarantined'],
  ['waiting', 'Pushes waiting'],
];
const FIGURES: ReadonlySet<Sort> = new Set(['held', 'quarantined', 'waiting']);

/** The connectors in the order that the URL requests; each heading is a link that sorts by its column or reverses the order. */
export function ConnectorsTable({ connectors, now, address }: ConnectorsTable) {
  return (
    <CardsTable
      caption="Connectors"
      headings={COLUMNS.map(([sort, title]) => (
        <Heading key={sort} sort={sort} title={title} address={address} />
      ))}
    >
      {connectors.map((connector) => (
        <ConnectorRow key={connector.connector_id} connector={connector} now={now} />
      ))}
    </CardsTable>
  );
}

interface Heading {
  readonly sort: Sort;
  readonly title: string;
  readonly address: OverviewAddress;
}

function Heading({ sort, title, address }: Heading) {
  const sorted = address.sort === sort ? address.order : undefined;
  const order = sorted === undefined ? FIRST_ORDER[sort] : sorted === 'asc' ? 'desc' : 'asc';
  const href = `${overviewPath({ ...address, sort, order })}#connectors-title`;
  return (
    <th
      scope="col"
      class={FIGURES.has(sort) ? 'figure' : undefined}
      aria-sort={sorted === undefined ? undefined : sorted === 'asc' ? 'ascending' : 'descending'}
    >
      <a class="sort" href={href} title="Sort by this column">
        {title}
        {sorted !== undefined && <span aria-hidden="true">{sorted === 'asc' ? ' ↑' : ' ↓'}</span>}
      </a>
    </th>
  );
}

function ConnectorRow({ connector, now }: { readonly connector: OpsConnector; readonly now: string }) {
  const { connector_id: id, state, last_run: last, freshness, pending } = connector;
  const meaning = meaningOfState(state);
  const oldest = pending?.oldest_received_at ?? null;
  return (
    <tr data-key={id} data-news={id} data-word={meaning.word}>
      <td>
        <Mark meaning={meaning} />
      </td>
      <th scope="row" class="name">
        <a href={connectorPath(id)}>{id}</a>
        {connector.file === null && <span class="quiet"> no file</span>}
        {Object.entries(connector.labels).map(([name, value]) => (
          <span key={name} class="quiet label">
            {' '}
            {name}:{value}
          </span>
        ))}
      </th>
      <RunCell run={last} label="last run" now={now} />
      <td data-label="as of">
        <Moment at={freshness.as_of} now={now} />
      </td>
      <td data-label="due">
        <NextDue of={connector} now={now} />
      </td>
      <Figure value={connector.held_deletes} label="held" />
      <Figure value={connector.quarantined} label="quarantined" />
      <td class="figure" data-label="waiting">
        {pending === null ? <span class="unknown">{UNKNOWN}</span> : countText(pending.events)}
        {oldest !== null && (
          <span class="quiet">
            {' '}
            since <Moment at={oldest} now={now} />
          </span>
        )}
      </td>
    </tr>
  );
}

/** Emphasizes figures above 0; 0 and unknown values are dimmed. */
function Figure({ value, label }: { readonly value: number | null; readonly label: string }) {
  const loud = value !== null && value > 0;
  return (
    <td class={loud ? 'figure loud' : 'figure unknown'} data-label={label}>
      {countText(value)}
    </td>
  );
}

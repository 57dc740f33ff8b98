import type { OpsConnector } from '../../../app/ops/model.ts';
import { connectorPath, runPath } from './addresses.ts';
import { countText, UNKNOWN } from './figures.ts';
import { Mark, meaningOfState } from './mark.tsx';
import { Moment } from './moment.tsx';

interface ConnectorsTable {
  readonly connectors: readonly OpsConnector[];
  readonly now: string;
}

/** Those first that need somebody. */
export function ConnectorsTable({ connectors, now }: ConnectorsTable) {
  return (
    <div class="scroll" tabindex={0} role="region" aria-label="Table of connectors">
      <table class="cards">
        <caption class="unseen">Connectors, those that need attention first</caption>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Connector</th>
            <th scope="col">Last run</th>
            <th scope="col">Index as of</th>
            <th scope="col">Next due</th>
            <th scope="col" class="figure">
              Held
            </th>
            <th scope="col" class="figure">
              Quarantined
            </th>
            <th scope="col" class="figure">
              Pushes waiting
            </th>
          </tr>
        </thead>
        <tbody>
          {connectors.map((connector) => (
            <ConnectorRow key={connector.connector_id} connector={connector} now={now} />
          ))}
        </tbody>
      </table>
    </div>
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
      </th>
      <td data-label="last run">
        {last === null ? (
          <span class="unknown">{UNKNOWN}</span>
        ) : (
          <a href={runPath(last.run_id)}>
            <Moment at={last.started_at} now={now} />
          </a>
        )}
      </td>
      <td data-label="as of">
        <Moment at={freshness.as_of} now={now} />
      </td>
      <td data-label="due">
        <Moment at={freshness.next_due_at} now={now} />
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

/** What is above 0 stands out; 0 and unknown step back. */
function Figure({ value, label }: { readonly value: number | null; readonly label: string }) {
  const loud = value !== null && value > 0;
  return (
    <td class={loud ? 'figure loud' : 'figure unknown'} data-label={label}>
      {countText(value)}
    </td>
  );
}

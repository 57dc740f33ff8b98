import { nearest } from '../../../definitions/nearest.ts';
import { OPS_CONNECTORS_SHOWN } from '../../limits.ts';
import type { OpsSnapshot } from '../../../app/ops/model/snapshot.ts';
import { overviewPath, type OverviewAddress } from '../elements/addresses.ts';
import { FIRST_ORDER, foundConnectors, sortedConnectors } from './connector-list.ts';
import { ConnectorsTable } from './connectors-table.tsx';
import { countText } from '../elements/figures.ts';

interface Part {
  readonly snapshot: OpsSnapshot;
  readonly address: OverviewAddress;
}

/** The connectors that match the search, in the requested order. */
export function ConnectorsSection({ snapshot, address }: Part) {
  const { connectors, generated_at: now } = snapshot;
  const { find, sort, order } = address;
  const found = sortedConnectors(foundConnectors(connectors, find ?? ''), sort, order);
  const shown = address.allConnectors ? found : found.slice(0, OPS_CONNECTORS_SHOWN);
  const to = (changes: Partial<OverviewAddress>) =>
    `${overviewPath({ ...address, ...changes })}#connectors-title`;
  return (
    <section aria-labelledby="connectors-title">
      <h2 id="connectors-title" tabindex={-1}>
        Connectors
      </h2>
      <Search address={address} clear={to({ find: null })} />
      <div id="connectors" data-live>
        {found.length === 0 ? (
          <NoneFound snapshot={snapshot} find={find ?? ''} to={to} />
        ) : (
          <ConnectorsTable connectors={shown} now={now} address={address} />
        )}
        {shown.length < found.length && (
          <p>
            The first {countText(shown.length)} of {countText(found.length)}.{' '}
            <a href={to({ allConnectors: true })}>Show all</a>
          </p>
        )}
      </div>
    </section>
  );
}

function Search({ address, clear }: Pick<Part, 'address'> & { readonly clear: string }) {
  const { find, status, kind, runsOf, windowHours, limitRuns, sort, order } = address;
  return (
    <form
      class="filter"
      method="get"
      action="/ops#connectors-title"
      role="search"
      aria-label="Which connectors"
    >
      <label class="wide">
        Find
        <input
          name="find"
          value={find ?? ''}
          placeholder="name, state, mode or label"
          maxlength={256}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      {status !== null && <input type="hidden" name="status" value={status} />}
      {kind !== 'connector' && <input type="hidden" name="kind" value={kind} />}
      {runsOf !== null && <input type="hidden" name="connector_id" value={runsOf} />}
      <input type="hidden" name="window_hours" value={windowHours} />
      <input type="hidden" name="limit_runs" value={limitRuns} />
      {sort !== 'state' && <input type="hidden" name="sort" value={sort} />}
      {order !== FIRST_ORDER[sort] && <input type="hidden" name="order" value={order} />}
      <button type="submit">Find</button>
      {find !== null && <a href={clear}>Clear</a>}
    </form>
  );
}

interface NoneFound {
  readonly snapshot: OpsSnapshot;
  readonly find: string;
  readonly to: (changes: Partial<OverviewAddress>) => string;
}

function NoneFound({ snapshot, find, to }: NoneFound) {
  const meant = nearest(
    find,
    snapshot.connectors.map(({ connector_id: id }) => id),
  );
  return (
    <p class="nothing">
      {find === ''
        ? 'There is no connector.'
        : `No connector has ${find} in its name, state, mode or labels.`}{' '}
      {meant !== undefined && (
        <>
          Did you mean <a href={to({ find: meant })}>{meant}</a>?{' '}
        </>
      )}
      {find !== '' && <a href={to({ find: null })}>Show all connectors</a>}
    </p>
  );
}

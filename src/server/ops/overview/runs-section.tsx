import { exactly, nameFilter } from '../../../app/ops/name-filter.ts';
import type { OpsSnapshot } from '../../../app/ops/model/snapshot.ts';
import { overviewPath, type OverviewAddress } from '../elements/addresses.ts';
import { durationText } from '../elements/figures.ts';
import { Pager } from '../elements/pager.tsx';
import { RunsFilter } from './runs-filter.tsx';
import { RunsTable } from './runs-table.tsx';

interface Part {
  readonly snapshot: OpsSnapshot;
  readonly address: OverviewAddress;
}

/** The runs of the time window that match the filter. */
export function RunsSection({ snapshot, address }: Part) {
  const { runs, generated_at: now } = snapshot;
  const names = snapshot.connectors.map(({ connector_id: id }) => id).sort();
  return (
    <section aria-labelledby="runs-title">
      <h2 id="runs-title">Runs</h2>
      <RunsFilter address={address} names={names} />
      <div id="runs" data-live>
        {runs.items.length === 0 ? (
          <NoRuns snapshot={snapshot} address={address} names={names} />
        ) : (
          <RunsTable runs={runs.items} now={now} caption="Runs, newest first" ofOne={false} />
        )}
        <Pager runs={runs} address={address} />
      </div>
    </section>
  );
}

function NoRuns({ snapshot, address, names }: Part & { readonly names: readonly string[] }) {
  const { runsOf, windowHours } = address;
  const filter = runsOf === null ? undefined : nameFilter(runsOf);
  const to = (changes: Partial<OverviewAddress>) =>
    `${overviewPath({ ...address, offsetRuns: 0, ...changes })}#runs-title`;
  if (filter !== undefined && !names.some(filter.matches)) {
    const meant = filter.suggestion(names);
    return (
      <p class="nothing">
        No connector has a name that contains {runsOf}.{' '}
        {meant !== undefined && (
          <>
            Did you mean <a href={to({ runsOf: exactly(meant) })}>{meant}</a>?{' '}
          </>
        )}
        <a href={to({ runsOf: null })}>Show the runs of all connectors</a>
      </p>
    );
  }
  return (
    <p class="nothing">
      No runs match in the last {durationText(snapshot.window.hours * 3_600)}.{' '}
      {windowHours < MONTH_HOURS && <a href={to({ windowHours: MONTH_HOURS })}>Search the last 30 days</a>}
    </p>
  );
}

const MONTH_HOURS = 720;

import type { OpsConnector } from '../../../app/ops/model/connector.ts';
import type { OpsRun } from '../../../app/ops/model/run.ts';
import { runPath } from '../elements/addresses.ts';
import { countText, deletesText } from '../elements/figures.ts';
import { ClockTime, Moment } from '../elements/moment.tsx';
import { scheduleWords } from '../elements/schedule-text.ts';
import { ErrorCode } from '../errors/error-code.tsx';
import { PartialWhy } from '../run/partial-why.tsx';
import { Retry } from '../run/retry.tsx';

export interface NeedOfConnector {
  readonly connector: OpsConnector;
  readonly now: string;
}

interface NeedOf extends NeedOfConnector {
  readonly ended: OpsRun | null;
}

/** Why a connector needs attention. */
export function Why({ connector, ended, now }: NeedOf) {
  switch (connector.state) {
    case 'failing':
      return <FailedWhy run={ended} />;
    case 'stalled':
      return (
        <>
          <p>
            The process of the run shows no signs of life. No data was lost and no partial change was
            committed.
          </p>
          <p class="fix">
            Start the connector again: the next run clears up or finishes what this one began.
          </p>
        </>
      );
    case 'held':
      return (
        <p>
          {deletesText(connector.held_deletes)} withheld: {ended?.hold_reason ?? 'the guard did not say why'}.
          Everything else was applied.
          {ended !== null && (
            <>
              {' '}
              <a href={`${runPath(ended.run_id)}#held-title`}>List the documents</a>
            </>
          )}
        </p>
      );
    case 'partial':
      return <PartialWhy counts={ended?.counts ?? null} quarantine={null} />;
    case 'late':
      return (
        <>
          {connector.freshness.late === true && <LateSince connector={connector} now={now} />}
          <PushesLate connector={connector} now={now} />
          <p class="fix">
            {connector.schedule === null
              ? 'Start it, or let an orchestrator start it by a schedule.'
              : 'Check whether the orchestrator starts it.'}
          </p>
        </>
      );
    case 'running':
    case 'never_run':
    case 'ok':
      return null;
  }
}

function LateSince({ connector: { schedule, time_zone: zone, freshness }, now }: NeedOfConnector) {
  const { overdue_seconds: overdue } = freshness;
  const words = scheduleWords(schedule ?? '', zone ?? '');
  return (
    <p>
      A run was due{' '}
      {overdue !== null && (
        <>
          at <ClockTime at={new Date(Date.parse(now) - overdue * 1_000).toISOString()} />{' '}
        </>
      )}
      by the schedule {words !== undefined && `${words}, `}
      <code>{schedule}</code> ({zone}), and none has committed since.
    </p>
  );
}

/** Pushes that a run should have delivered by now. */
function PushesLate({ connector: { pending, schedule, time_zone: zone, freshness }, now }: NeedOfConnector) {
  if (typeof pending?.overdue_seconds !== 'number') return null;
  return (
    <p>
      {pending.events === 1 ? '1 pushed event waits' : `${countText(pending.events)} pushed events wait`} for
      a run; the oldest was received <Moment at={pending.oldest_received_at} now={now} />.
      {schedule === null && ' The connector has no schedule.'}
      {schedule !== null && freshness.late !== true && (
        <>
          {' '}
          A run was due by the schedule <code>{schedule}</code> ({zone}).
        </>
      )}
    </p>
  );
}

function FailedWhy({ run }: { readonly run: OpsRun | null }) {
  const error = run?.error ?? null;
  if (error === null) return <p>The last run failed and did not say why.</p>;
  return (
    <>
      <p>
        <ErrorCode code={error.code} /> {error.message} <Retry error={error} />
      </p>
      {error.hint !== null && <p class="fix">{error.hint}</p>}
    </>
  );
}

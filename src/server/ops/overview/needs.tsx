import { connectorCommands } from '../../../app/ops/commands.ts';
import type { ConnectorState, OpsConnector } from '../../../app/ops/model/connector.ts';
import type { OpsApp } from '../../../app/ops/model/app.ts';
import type { OpsKnowledgeSource } from '../../../app/ops/model/knowledge-source.ts';
import type { OpsRun } from '../../../app/ops/model/run.ts';
import type { OpsSnapshot } from '../../../app/ops/model/snapshot.ts';
import { connectorPath, runPath } from '../elements/addresses.ts';
import { BrokenFiles, byFile, FolderNeed, isFolder } from './broken-files.tsx';
import { ErrorCode } from '../errors/error-code.tsx';
import { countText, deletesText, durationText } from '../elements/figures.ts';
import { Mark, meaningOfState } from '../elements/mark.tsx';
import { ClockTime, Moment } from '../elements/moment.tsx';
import { meaningOfSource, sourceNeeds } from '../elements/other-states.ts';
import { scheduleWords } from '../elements/schedule-text.ts';
import { AppNeed, SourceNeed } from './other-needs.tsx';
import { PartialWhy } from '../run/partial-why.tsx';
import { Release } from '../run/release.tsx';
import { Retry } from '../run/retry.tsx';

/** More entries would push all other content off the page; the table of connectors lists all of them, in the same order. */
const NEEDS_SHOWN = 20;
const CALM = new Set(['running', 'never_run', 'ok']);

/** Connectors that need attention. The snapshot lists them in order of urgency. */
export function needy({ connectors }: Pick<OpsSnapshot, 'connectors'>): readonly OpsConnector[] {
  return connectors.filter(({ state }) => !CALM.has(state));
}

/** Apps that need attention, most urgent first. */
export function needyApps({ apps }: Pick<OpsSnapshot, 'apps'>): readonly OpsApp[] {
  return apps.filter(({ state }) => !CALM.has(state));
}

/** Knowledge sources that need attention, most urgent first. */
export function needySources({
  knowledge_sources: sources,
}: Pick<OpsSnapshot, 'knowledge_sources'>): readonly OpsKnowledgeSource[] {
  return sources.filter(sourceNeeds);
}

/** `25 failing, 3 held`. */
export function statesText(connectors: readonly OpsConnector[]): string {
  const counts = new Map<ConnectorState, number>();
  for (const { state } of connectors) counts.set(state, (counts.get(state) ?? 0) + 1);
  const texts = [...counts].map(
    ([state, count]) => `${countText(count)} ${meaningOfState(state).word.toLowerCase()}`,
  );
  return texts.join(', ');
}

/** What needs attention, with the reason and the next step. Failing connectors come before broken files, which affect no run. */
export function Needs({ snapshot }: { readonly snapshot: OpsSnapshot }) {
  const { broken_files: broken, generated_at: now } = snapshot;
  const connectors = needy(snapshot);
  const sources = needySources(snapshot);
  const apps = needyApps(snapshot);
  if (connectors.length + broken.length + sources.length + apps.length === 0) return null;
  const folders = broken.filter(isFolder);
  const files = byFile(broken.filter((problem) => !isFolder(problem)));
  return (
    <section aria-labelledby="needs-title">
      <h2 id="needs-title">Needs attention</h2>
      <ul class="needs">
        {folders.map((folder) => (
          <li class="need tone-bad" key={folder.file} data-key={`folder ${folder.file}`}>
            <FolderNeed {...folder} />
          </li>
        ))}
        {connectors.slice(0, NEEDS_SHOWN).map((connector) => (
          <li
            class={`need tone-${meaningOfState(connector.state).tone}`}
            key={connector.connector_id}
            data-key={connector.connector_id}
          >
            <ConnectorNeed connector={connector} now={now} />
          </li>
        ))}
        <More count={connectors.length - NEEDS_SHOWN} what="connectors" href="#connectors-title" />
        {sources.slice(0, NEEDS_SHOWN).map((source) => (
          <li
            class={`need tone-${meaningOfSource(source).tone}`}
            key={source.source_id}
            data-key={`knowledge source ${source.source_id}`}
          >
            <SourceNeed source={source} now={now} />
          </li>
        ))}
        <More count={sources.length - NEEDS_SHOWN} what="knowledge sources" href="#sources-title" />
        {apps.slice(0, NEEDS_SHOWN).map((app) => (
          <li
            class={`need tone-${meaningOfState(app.state).tone}`}
            key={app.app_key}
            data-key={`app ${app.app_key}`}
          >
            <AppNeed app={app} now={now} />
          </li>
        ))}
        <More count={apps.length - NEEDS_SHOWN} what="apps" href="#apps-title" />
        <BrokenFiles files={files} />
      </ul>
    </section>
  );
}

/** Links to the table that lists all of them. */
function More({
  count,
  what,
  href,
}: {
  readonly count: number;
  readonly what: string;
  readonly href: string;
}) {
  if (count <= 0) return null;
  return (
    <li data-key={`more ${what}`}>
      <a href={href}>
        And {countText(count)} more, in the table of {what}
      </a>
    </li>
  );
}

interface NeedOfConnector {
  readonly connector: OpsConnector;
  readonly now: string;
}

function ConnectorNeed({ connector, now }: NeedOfConnector) {
  const { connector_id: id, state } = connector;
  return (
    <>
      <h3>
        <Mark meaning={meaningOfState(state)} />{' '}
        <a class="name" href={connectorPath(id)}>
          {id}
        </a>{' '}
        <Since connector={connector} now={now} />
      </h3>
      <WhyAndWhatToDo connector={connector} now={now} />
    </>
  );
}

/** The newest run that has ended, which explains the state. */
export function endedRun({ last_run: last, previous_run: previous }: OpsConnector): OpsRun | null {
  return previous ?? (last?.status === 'RUNNING' ? null : last);
}

export function WhyAndWhatToDo({ connector, now }: NeedOfConnector) {
  const { connector_id: id, state, last_run: last, previous_run: previous } = connector;
  const { release_deletes: release } = connectorCommands(connector);
  return (
    <>
      <Why connector={connector} ended={endedRun(connector)} now={now} />
      {previous !== null && last?.alive === true && (
        <p class="quiet">
          <a href={runPath(last.run_id)}>A new run</a> is in progress since{' '}
          <Moment at={last.started_at} now={now} />.
        </p>
      )}
      {state === 'held' && (
        <Release
          releasedBy={endedRun(connector)?.released_by ?? null}
          command={release}
          label={`Release the deletes of ${id}`}
        />
      )}
    </>
  );
}

interface NeedOf extends NeedOfConnector {
  readonly ended: OpsRun | null;
}

/** When the problem occurred, with a link to the run. */
export function Since({ connector, now }: NeedOfConnector) {
  const { state, freshness, last_run: last } = connector;
  if (state === 'late') {
    const overdue = Math.max(freshness.overdue_seconds ?? 0, connector.pending?.overdue_seconds ?? 0);
    return <span class="quiet">overdue for {durationText(overdue)}</span>;
  }
  const run = state === 'stalled' ? last : endedRun(connector);
  if (run === null) return null;
  return (
    <a class="when" href={runPath(run.run_id)}>
      run <Moment at={run.finished_at ?? run.started_at} now={now} />
    </a>
  );
}

function Why({ connector, ended, now }: NeedOf) {
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

function LateSince({ connector: { schedule, freshness }, now }: NeedOfConnector) {
  const { overdue_seconds: overdue } = freshness;
  const words = scheduleWords(schedule ?? '');
  return (
    <p>
      A run was due{' '}
      {overdue !== null && (
        <>
          at <ClockTime at={new Date(Date.parse(now) - overdue * 1_000).toISOString()} />{' '}
        </>
      )}
      by the schedule {words !== undefined && `${words}, `}
      <code>{schedule}</code>, and none has committed since.
    </p>
  );
}

/** Pushes that a run should have delivered by now. */
function PushesLate({ connector: { pending, schedule, freshness }, now }: NeedOfConnector) {
  if (typeof pending?.overdue_seconds !== 'number') return null;
  return (
    <p>
      {pending.events === 1 ? '1 pushed event waits' : `${countText(pending.events)} pushed events wait`} for
      a run; the oldest was received <Moment at={pending.oldest_received_at} now={now} />.
      {schedule === null && ' The connector has no schedule.'}
      {schedule !== null && freshness.late !== true && (
        <>
          {' '}
          A run was due by the schedule <code>{schedule}</code>.
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

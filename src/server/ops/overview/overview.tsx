import type { OpsConnector } from '../../../app/ops/model/connector.ts';
import type { OpsSnapshot } from '../../../app/ops/model/snapshot.ts';
import { connectorPath, runPath, type OverviewAddress } from '../elements/addresses.ts';
import { Bar } from '../elements/bar.tsx';
import { Command } from '../elements/command.tsx';
import { ConnectorsSection } from './connectors-section.tsx';
import { countText, durationText, shareText } from '../elements/figures.ts';
import { framed, type Viewer } from '../elements/frame.tsx';
import { LiveRows, paceText } from '../elements/live-rows.tsx';
import { Mark, meaningOfRun, Shape } from '../elements/mark.tsx';
import { Moment } from '../elements/moment.tsx';
import { Needs, needy, needyApps, needySources, statesText } from './needs.tsx';
import { RunsSection } from './runs-section.tsx';
import { AppsSection } from './apps-section.tsx';
import { SourcesSection } from './sources-section.tsx';

/** `/ops`: what needs attention, then the state of all connectors and runs. */
export function overviewPage(snapshot: OpsSnapshot, address: OverviewAddress, viewer: Viewer): string {
  const { knowledge_sources: sources, apps, generated_at: now } = snapshot;
  const hasConnectors = snapshot.totals.connectors > 0 || snapshot.totals.runs > 0;
  const nothing = !hasConnectors && sources.length === 0 && apps.length === 0;
  return framed({
    title: titleOf(snapshot),
    at: snapshot.generated_at,
    viewer,
    children: (
      <>
        <div id="summary" data-live>
          <Headline snapshot={snapshot} nothing={nothing} />
          <Needs snapshot={snapshot} />
          {nothing && <FirstSteps />}
          {hasConnectors && <Figures snapshot={snapshot} />}
          <AtWork snapshot={snapshot} />
        </div>
        {!nothing && <RunsSection snapshot={snapshot} address={address} />}
        {hasConnectors && <ConnectorsSection snapshot={snapshot} address={address} />}
        <SourcesSection sources={sources} now={now} />
        <AppsSection apps={apps} now={now} />
      </>
    ),
  });
}

/** The title of the tab contains the number of definitions and files that need attention. */
function titleOf(snapshot: OpsSnapshot): string {
  const others = needySources(snapshot).length + needyApps(snapshot).length;
  const needs = needy(snapshot).length + others + snapshot.totals.broken_files;
  return needs === 0 ? 'Ops' : `(${needs}) Ops`;
}

function Headline({ snapshot, nothing }: { readonly snapshot: OpsSnapshot; readonly nothing: boolean }) {
  const needs = needy(snapshot).length;
  const { connectors, by_state: states } = snapshot.totals;
  const broken = snapshot.totals.broken_files;
  if (nothing && broken === 0) return <h1>Nothing has run here yet</h1>;
  const sources = needySources(snapshot).length;
  const apps = needyApps(snapshot).length;
  if (needs + broken + sources + apps === 0) {
    return (
      <h1 class="headline">
        <Shape tone={states.never_run === connectors && connectors > 0 ? 'none' : 'good'} />{' '}
        {connectors === 0 ? othersWell(snapshot) : wellText(connectors, states.never_run)}
      </h1>
    );
  }
  const parts = [
    ...needText(needs, connectors, 'connector'),
    ...needText(sources, snapshot.knowledge_sources.length, 'knowledge source'),
    ...needText(apps, snapshot.apps.length, 'app'),
    ...(broken > 0 ? [`${countText(broken)} broken connector ${broken === 1 ? 'file' : 'files'}`] : []),
  ];
  return (
    <div class="head">
      <h1 class="headline">
        <Shape tone="bad" /> {parts.join(', ')}
      </h1>
      {needs > 1 && <p>{statesText(needy(snapshot))}</p>}
    </div>
  );
}

function needText(needs: number, all: number, noun: string): string[] {
  if (needs === 0) return [];
  return [`${countText(needs)} of ${countText(all)} ${noun}${all === 1 ? ' needs' : 's need'} attention`];
}

/** For a server that has knowledge sources or apps and no connector. */
function othersWell({ knowledge_sources: sources, apps }: OpsSnapshot): string {
  const parts = [
    ...(sources.length > 0
      ? [`${countText(sources.length)} knowledge ${sources.length === 1 ? 'source' : 'sources'}`]
      : []),
    ...(apps.length > 0 ? [`${countText(apps.length)} ${apps.length === 1 ? 'app' : 'apps'}`] : []),
  ];
  return `Nothing needs attention: ${parts.join(', ')}`;
}

/** A connector that has never run is not counted as OK, because its state is unknown. */
function wellText(connectors: number, neverRan: number): string {
  const well = connectors - neverRan;
  if (well === 0)
    return connectors === 1
      ? 'The connector has not run yet'
      : `None of the ${countText(connectors)} connectors has run yet`;
  if (neverRan > 0) {
    const have = neverRan === 1 ? 'has' : 'have';
    return `${countText(well)} ${well === 1 ? 'connector is' : 'connectors are'} OK, ${countText(neverRan)} ${have} never run`;
  }
  return connectors === 1 ? 'The connector is OK' : `All ${countText(connectors)} connectors are OK`;
}

function FirstSteps() {
  return (
    <section aria-labelledby="first-title">
      <h2 id="first-title">Start here</h2>
      <p>
        Check the connectors of the folder, then run one (replace NAME). It shows up here as soon as it has
        begun.
      </p>
      <Command text="gemini-sync-bridge validate connectors" label="Check the connectors" />
      <Command
        text="gemini-sync-bridge run --connector connectors/NAME.yaml --local"
        label="Run a connector without a cloud"
      />
      <p class="quiet">
        Missing a run? It used another state database: the server and the run need the same{' '}
        <code>DATABASE_URL</code>, or the same working directory.
      </p>
    </section>
  );
}

function Figures({ snapshot }: { readonly snapshot: OpsSnapshot }) {
  const { totals, window } = snapshot;
  const { by_status: status } = totals;
  const figures: readonly (readonly [name: string, value: string])[] = [
    [`runs in ${durationText(window.hours * 3_600)}`, countText(totals.runs)],
    ['of these succeeded', shareText(totals.success_rate)],
    ['failed', countText(status.FAILED)],
    ['held or partial', countText(status.HELD + status.PARTIAL)],
    ['deletes held now', countText(totals.held_deletes)],
    ['pushed events waiting', countText(totals.pending.events)],
  ];
  return (
    <section aria-labelledby="figures-title">
      <h2 id="figures-title" class="unseen">
        Figures
      </h2>
      <dl class="figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function AtWork({ snapshot }: { readonly snapshot: OpsSnapshot }) {
  const working = snapshot.connectors.filter(({ last_run: last }) => last?.alive === true);
  if (working.length === 0) return null;
  return (
    <section aria-labelledby="work-title">
      <h2 id="work-title">In progress</h2>
      <ul class="work">
        {working.map((connector) => (
          <WorkingConnector key={connector.connector_id} connector={connector} now={snapshot.generated_at} />
        ))}
      </ul>
    </section>
  );
}

function WorkingConnector({ connector, now }: { readonly connector: OpsConnector; readonly now: string }) {
  const { connector_id: id, last_run: run, usual_seconds: usual } = connector;
  if (run === null) return null;
  return (
    <li data-key={id}>
      <Mark meaning={meaningOfRun(run)} />{' '}
      <a class="name" href={connectorPath(id)}>
        {id}
      </a>
      <span>
        <a href={runPath(run.run_id)}>in {run.phase}</a>, began <Moment at={run.started_at} now={now} />
      </span>
      <LiveRows run={run} now={now} />
      <span class="quiet">{paceText({ run, usual })}</span>
      {usual !== null && <Bar share={Math.min(1, run.duration_seconds / Math.max(usual, 1))} />}
    </li>
  );
}

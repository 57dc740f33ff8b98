import { connectorCommands } from '../../../app/ops/commands.ts';
import type { ConnectorState, OpsConnector } from '../../../app/ops/model/connector.ts';
import type { OpsApp } from '../../../app/ops/model/app.ts';
import type { OpsKnowledgeSource } from '../../../app/ops/model/knowledge-source.ts';
import type { OpsRun } from '../../../app/ops/model/run.ts';
import type { OpsSnapshot } from '../../../app/ops/model/snapshot.ts';
import { connectorPath, runPath } from '../elements/addresses.ts';
import { BrokenFiles, byFile, FolderNeed, isFolder } from './broken-files.tsx';
import { countText, durationText } from '../elements/figures.ts';
import { Mark, meaningOfState } from '../elements/mark.tsx';
import { Moment } from '../elements/moment.tsx';
import { meaningOfSource, sourceNeeds } from '../elements/other-states.ts';
import { AppNeed, SourceNeed } from './other-needs.tsx';
import { Why, type NeedOfConnector } from './why.tsx';
import { Release } from '../run/release.tsx';

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
        <More count={sources.length - NEEDS_SHOWN} what="knowledge sources" href="#knowledge-sources-title" />
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

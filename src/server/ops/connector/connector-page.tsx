import { exactly } from '../../../app/ops/name-filter.ts';
import type { OpsConnectorDetail } from '../../../app/ops/model/connector-detail.ts';
import { overviewPath, runPath } from '../elements/addresses.ts';
import { Command } from '../elements/command.tsx';
import { CloudName } from '../elements/cloud-name.tsx';
import { Facts } from '../elements/facts.tsx';
import { countText, durationText, UNKNOWN } from '../elements/figures.ts';
import { framed, type Viewer } from '../elements/frame.tsx';
import { DocumentField } from './document-page.tsx';
import { CHART_RUNS_MIN, HistoryChart } from './history-chart.tsx';
import { Mark, meaningOfState } from '../elements/mark.tsx';
import { ExactMoment, Moment } from '../elements/moment.tsx';
import { scheduleWords } from '../elements/schedule-text.ts';
import { endedRun, Since, WhyAndWhatToDo } from '../overview/needs.tsx';
import { Pushes } from './pushes.tsx';
import { RunAgain } from '../run/retry.tsx';
import { RunsTable } from '../overview/runs-table.tsx';

const CALM = new Set(['running', 'never_run', 'ok']);
/** The states in which the next step, after following the advice on the page, is to run the connector. */
const RUN_AGAIN = new Set(['failing', 'stalled', 'partial', 'late']);

/** `/ops/connectors/{id}`: the state of a connector, its history, and the settings in its file. */
export function connectorPage(detail: OpsConnectorDetail, viewer: Viewer): string {
  const { connector, generated_at: now, commands } = detail;
  const { connector_id: id, state } = connector;
  const meaning = meaningOfState(state);
  const description = detail.facts?.description ?? null;
  const runsAgain = RUN_AGAIN.has(state);
  return framed({
    title: `${meaning.word}: ${id}`,
    at: now,
    viewer,
    trail: [{ label: id }],
    children: (
      <div id="connector" data-live>
        <header class="head" data-news={id} data-word={meaning.word}>
          <h1>
            <Mark meaning={meaning} /> <span class="name">{id}</span>
          </h1>
          {description !== null && <p>{description}</p>}
          {connector.file === null && (
            <p class="quiet">The folder of connectors has no valid file with this name now.</p>
          )}
        </header>
        {!CALM.has(state) && (
          <section class={`need tone-${meaning.tone}`} aria-labelledby="todo-title">
            <h2 id="todo-title">
              What happened: <Since connector={connector} now={now} />
            </h2>
            <WhyAndWhatToDo connector={connector} now={now} />
            {runsAgain && (
              <RunAgain
                error={endedRun(connector)?.error ?? null}
                command={commands.run}
                label="Run this connector again"
              />
            )}
          </section>
        )}
        <Status detail={detail} command={runsAgain ? null : commands.run} />
        <Pushes detail={detail} />
        {detail.facts !== null && (
          <section aria-labelledby="document-title">
            <h2 id="document-title">Look up a document</h2>
            <p>Whether a document is in the index, and why. This needs the right to operate.</p>
            <DocumentField connectorId={id} doc="" />
          </section>
        )}
        <History detail={detail} />
        <FileFacts detail={detail} />
      </div>
    ),
  });
}

function History({ detail }: { readonly detail: OpsConnectorDetail }) {
  const { connector, history, generated_at: now } = detail;
  const id = connector.connector_id;
  const hasChart = history.length >= CHART_RUNS_MIN;
  return (
    <section aria-labelledby="history-title">
      <h2 id="history-title">History</h2>
      {history.length === 0 ? (
        <p class="nothing">No run yet.</p>
      ) : (
        <>
          {hasChart && (
            <div class="scroll" tabindex={0} role="region" aria-label="Chart of the history">
              <HistoryChart history={history} name={id} />
            </div>
          )}
          <details id="history-table" open>
            <summary>{hasChart ? 'The same as a table' : 'Table'}</summary>
            <RunsTable runs={history} now={now} caption={`Runs of ${id}, newest first`} ofOne />
          </details>
          <p>
            <a href={overviewPath({ runsOf: exactly(id), windowHours: 8_784 })}>All runs of the last year</a>
          </p>
        </>
      )}
    </section>
  );
}

interface StatusPart {
  readonly detail: OpsConnectorDetail;
  /** Null if the page already shows the command. */
  readonly command: string | null;
}

function Status({ detail, command }: StatusPart) {
  const { connector, generated_at: now, links } = detail;
  const { freshness, pending, last_run: last } = connector;
  const due = freshness.next_due_at;
  return (
    <section aria-labelledby="status-title">
      <h2 id="status-title">Status</h2>
      <Facts
        rows={[
          [
            'Last run',
            last === null ? null : (
              <a key="last" href={runPath(last.run_id)}>
                <Moment at={last.started_at} now={now} />
              </a>
            ),
          ],
          [
            'Last success',
            connector.last_success_at && <ExactMoment key="ok" at={connector.last_success_at} now={now} />,
          ],
          ['Index as of', freshness.as_of && <ExactMoment key="as-of" at={freshness.as_of} now={now} />],
          ['Next due', connector.paused ? 'paused' : due && <ExactMoment key="due" at={due} now={now} />],
          ['Usually takes', durationText(connector.usual_seconds)],
          ['Deletes held', countText(connector.held_deletes)],
          ['Rows quarantined', countText(connector.quarantined)],
          ['Rejected', countText(connector.rejected)],
          [
            'Pushes waiting',
            pending === null ? null : (
              <>
                {pending.events === 1 ? '1 event' : `${countText(pending.events)} events`} in{' '}
                {pending.batches === 1 ? '1 batch' : `${countText(pending.batches)} batches`}
                {pending.oldest_received_at !== null && (
                  <>
                    , the oldest <Moment at={pending.oldest_received_at} now={now} />
                  </>
                )}
              </>
            ),
          ],
        ]}
      />
      {command !== null && <Command text={command} label="Run this connector" />}
      {links.length > 0 && (
        <p class="links">
          {links.map(({ label, url }) => (
            <a key={label} href={url} rel="noreferrer">
              The last run in {label}
            </a>
          ))}
        </p>
      )}
    </section>
  );
}

function asksFor(mode: string | null, delta: boolean): string {
  if (mode === 'rest_push') return 'nothing: producers push to it';
  return delta ? 'what changed since the last run' : 'everything, each time';
}

function FileFacts({ detail: { connector, facts } }: { readonly detail: OpsConnectorDetail }) {
  if (facts === null) return null;
  const { count, ratio } = facts.delete_limit;
  const words = scheduleWords(connector.schedule ?? '', connector.time_zone ?? '');
  const labels = Object.entries(facts.labels).map(([name, value]) => `${name}: ${value}`);
  return (
    <section aria-labelledby="file-title">
      <h2 id="file-title">What its file says</h2>
      <Facts
        rows={[
          ['File', <code key="file">{connector.file}</code>],
          ['Mode', connector.mode],
          [
            'Schedule',
            connector.schedule && (
              <>
                <code>
                  {connector.schedule} ({connector.time_zone})
                </code>
                {words !== undefined && <span class="quiet"> {words}</span>}
                {connector.paused && ', paused'}
              </>
            ),
          ],
          ['Source', facts.source_type],
          ['Secret', facts.secret_ref === null ? UNKNOWN : <code key="secret">{facts.secret_ref}</code>],
          ['Asks for', asksFor(connector.mode, facts.delta)],
          ['Target', <CloudName key="target" name={facts.target} />],
          [
            'Bucket',
            <CloudName
              key="bucket"
              name={`${facts.bucket.replace(/\/?$/, '/')}connectors/${facts.prefix.replace(/\/?$/, '/')}`}
            />,
          ],
          ['Access control', facts.access_control === 'required' ? 'readers of each document' : 'none'],
          [
            'Deletes',
            connector.mode === 'rest_push'
              ? `${facts.delete_policy}; pushed deletes are never held`
              : `${facts.delete_policy}, held above the larger of ${countText(count)} and ${ratio * 100} % of the documents`,
          ],
          ['Labels', labels.join(', ')],
        ]}
      />
    </section>
  );
}

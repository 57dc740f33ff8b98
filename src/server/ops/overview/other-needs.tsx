import type { OpsApp } from '../../../app/ops/model/app.ts';
import type { OpsKnowledgeSource } from '../../../app/ops/model/knowledge-source.ts';
import type { OpsRun } from '../../../app/ops/model/run.ts';
import { SOURCES_PATH, cardId } from '../../knowledge/paths.ts';
import { definitionPath, runPath } from '../elements/addresses.ts';
import { Command } from '../elements/command.tsx';
import { countText, deletesText, durationText } from '../elements/figures.ts';
import { Mark, meaningOfState } from '../elements/mark.tsx';
import { Moment } from '../elements/moment.tsx';
import { meaningOfSource } from '../elements/other-states.ts';
import { ErrorCode } from '../errors/error-code.tsx';
import { Retry } from '../run/retry.tsx';

interface SourceNeed {
  readonly source: OpsKnowledgeSource;
  readonly now: string;
}

/** A knowledge source that needs attention, with the reason and the next step. */
export function SourceNeed({ source, now }: SourceNeed) {
  const { source_id: id, state, title, problem, held_deletes: held, set_aside: setAside, commands } = source;
  return (
    <>
      <h3>
        <Mark meaning={meaningOfSource(source)} />{' '}
        <a class="name" href={`${SOURCES_PATH}#${cardId(id)}`}>
          {title}
        </a>{' '}
        <span class="quiet">
          knowledge source, last page <Moment at={source.last_synced_at} now={now} />
        </span>
      </h3>
      {(state === 'failing' || state === 'unusable') && (
        <>
          <p class="message">{problem ?? 'The last page failed without a message.'}</p>
          <p class="fix">
            {state === 'failing'
              ? 'Nothing of that page was stored. When the cause is gone, sync it again:'
              : 'Correct the source, then sync it:'}
          </p>
          <Command text={commands.sync} label={`Sync ${title}`} />
        </>
      )}
      {state === 'held' && (
        <>
          <p>
            {deletesText(held)} withheld: {problem ?? 'the guard did not say why'}. Everything else was
            stored.
          </p>
          <ReleaseOther command={commands.release_deletes} label={`Release the deletes of ${title}`} />
        </>
      )}
      {state === 'partial' && (
        <p>
          The embedding API refuses {countText(setAside)} {setAside === 1 ? 'text' : 'texts'}, with the reason
          in <code>kb_set_aside</code>. Everything else was stored.
        </p>
      )}
    </>
  );
}

/** An app that needs attention, with the reason and the next step. */
export function AppNeed({ app, now }: { readonly app: OpsApp; readonly now: string }) {
  const ended = app.previous_run ?? (app.last_run?.status === 'RUNNING' ? null : app.last_run);
  const run = app.state === 'stalled' ? app.last_run : ended;
  return (
    <>
      <h3>
        <Mark meaning={meaningOfState(app.state)} />{' '}
        <a class="name" href={definitionPath({ kind: 'app', connector_id: app.app_key })}>
          {app.app_key}
        </a>{' '}
        <span class="quiet">app</span>{' '}
        {run !== null && (
          <a class="when" href={runPath(run.run_id)}>
            run <Moment at={run.finished_at ?? run.started_at} now={now} />
          </a>
        )}
      </h3>
      <AppWhy app={app} run={run} />
    </>
  );
}

function AppWhy({ app, run }: { readonly app: OpsApp; readonly run: OpsRun | null }) {
  const { state, commands, app_key: key } = app;
  const again = <Command text={commands.sync} label={`Sync ${key}`} />;
  if (state === 'failing') {
    const error = run?.error ?? null;
    return (
      <>
        {error === null ? (
          <p>The last sync failed and did not say why.</p>
        ) : (
          <>
            <p>
              <ErrorCode code={error.code} /> {error.message} <Retry error={error} />
            </p>
            {error.hint !== null && <p class="fix">{error.hint}</p>}
          </>
        )}
        {again}
      </>
    );
  }
  if (state === 'stalled') {
    return (
      <>
        <p>The process of the sync shows no signs of life. Every page that it stored is complete.</p>
        <p class="fix">Sync the app again:</p>
        {again}
      </>
    );
  }
  if (state === 'held') {
    return (
      <>
        <p>
          {deletesText(app.held_deletes)} withheld: {run?.hold_reason ?? 'the guard did not say why'}.
          Everything else was stored.
        </p>
        <ReleaseOther command={commands.release_deletes} label={`Release the deletes of ${key}`} />
      </>
    );
  }
  if (state === 'partial') {
    return (
      <>
        <p>
          {countText(app.errors)} records or collections failed. Everything else was stored; the log of the
          sync names each of them.
        </p>
        {again}
      </>
    );
  }
  return (
    <>
      <p>
        A sync was due by the schedule <code>{app.schedule}</code> ({app.time_zone}), and none has stored
        anything for {durationText(app.freshness.overdue_seconds)} since then.
      </p>
      <p class="fix">
        Check whether pg_cron, or an orchestrator, requests it, and that a server works on requests.
      </p>
    </>
  );
}

/** What to do about held deletes. Without a command, nothing but a complete listing releases them. */
function ReleaseOther({ command, label }: { readonly command: string | null; readonly label: string }) {
  if (command === null) {
    return (
      <p class="fix">
        Find out why the source listed only a part. The next complete listing decides; --allow-deletes does
        not release these.
      </p>
    );
  }
  return (
    <>
      <p class="fix">Check the source first. If these are gone there, release the deletes:</p>
      <Command text={command} label={label} />
    </>
  );
}

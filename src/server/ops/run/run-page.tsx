import type { OpsRun } from '../../../app/ops/model/run.ts';
import type { OpsRunDetail } from '../../../app/ops/model/run-detail.ts';
import { definitionPath } from '../elements/addresses.ts';
import { CloudName } from '../elements/cloud-name.tsx';
import { Bar } from '../elements/bar.tsx';
import { Command } from '../elements/command.tsx';
import { Counts } from './counts.tsx';
import { Facts } from '../elements/facts.tsx';
import { durationText, exactText } from '../elements/figures.ts';
import { framed, type Viewer } from '../elements/frame.tsx';
import { LiveRows, paceText } from '../elements/live-rows.tsx';
import { Mark, meaningOfRun } from '../elements/mark.tsx';
import { ExactMoment, Moment } from '../elements/moment.tsx';
import { Delivery } from './run-delivery.tsx';
import { HeldDocuments, QuarantinedRows } from './set-aside.tsx';
import { RunLog, type StartedHere } from './run-log.tsx';
import { Timeline } from './timeline.tsx';
import { isUnreadable, WhatToDo } from './what-to-do.tsx';

/** `/ops/runs/{run_id}`: the outcome of a run, and what to do about it. */
export function runPage(detail: OpsRunDetail, started: StartedHere, viewer: Viewer): string {
  const { run, generated_at: now } = detail;
  const meaning = meaningOfRun(run);
  return framed({
    title: `${meaning.word}: run of ${run.connector_id}`,
    at: now,
    viewer,
    trail: [{ label: run.connector_id, href: definitionPath(run) }, { label: run.run_id }],
    children: (
      <div id="run" data-live>
        <header class="head" data-news={`Run of ${run.connector_id}`} data-word={meaning.word}>
          <h1>
            <Mark meaning={meaning} />{' '}
            <span class="name">
              Run of {NOUNS[run.kind]}
              <a href={definitionPath(run)}>{run.connector_id}</a>
            </span>
          </h1>
          <p>
            Began <Moment at={run.started_at} now={now} /> · {took(detail)}
          </p>
          {run.progress !== null && (
            <p>
              <LiveRows run={run} now={now} />
            </p>
          )}
          <Progress detail={detail} />
        </header>
        <WhatToDo detail={detail} />
        {run.kind === 'connector' && <Phases detail={detail} />}
        <section aria-labelledby="counts-title">
          <h2 id="counts-title">{COUNTED[run.kind]}</h2>
          {run.counts === null ? (
            <p class="nothing">{countsUnknown(run)}</p>
          ) : (
            <Counts counts={run.counts} kind={run.kind} />
          )}
        </section>
        <HeldDocuments held={detail.held_documents} />
        <QuarantinedRows quarantined={detail.quarantined_rows} />
        {run.kind === 'connector' && <Delivery detail={detail} />}
        <Particulars detail={detail} />
        <RunLog started={started} />
      </div>
    ),
  });
}

const NOUNS: Readonly<Record<OpsRun['kind'], string>> = {
  connector: '',
  knowledge_source: 'knowledge source ',
  app: 'app ',
};

const COUNTED: Readonly<Record<OpsRun['kind'], string>> = {
  connector: 'Rows and documents',
  knowledge_source: 'Items and chunks',
  app: 'Entities',
};

/** Runs of the other kinds have no phases. */
function Phases({ detail: { run, timeline, generated_at: now } }: { readonly detail: OpsRunDetail }) {
  return (
    <section aria-labelledby="timeline-title">
      <h2 id="timeline-title">Phases</h2>
      {isUnreadable(run) ? (
        <p class="nothing">Not known: the row of this run cannot be read.</p>
      ) : (
        <Timeline steps={timeline} now={now} silent={run.alive === false} />
      )}
    </section>
  );
}

function countsUnknown(run: OpsRun): string {
  if (isUnreadable(run)) return 'Not known: the row of this run cannot be read.';
  if (run.kind !== 'connector') return run.status === 'RUNNING' ? 'Not known before the end.' : 'Not known.';
  return run.status === 'RUNNING'
    ? 'Not known before the run has published.'
    : 'Not known: the run ended before it published.';
}

function took({ run, usual_seconds: usual }: OpsRunDetail): string {
  if (run.status !== 'RUNNING') return `took ${durationText(run.duration_seconds)}`;
  return run.alive === true
    ? `in progress for ${durationText(run.duration_seconds)}, ${paceText({ run, usual })}`
    : 'its process is silent';
}

function Progress({ detail: { run, usual_seconds: usual } }: { readonly detail: OpsRunDetail }) {
  if (run.alive !== true || usual === null) return null;
  return <Bar share={Math.min(1, run.duration_seconds / Math.max(usual, 1))} />;
}

function Particulars({ detail }: { readonly detail: OpsRunDetail }) {
  const { run, generated_at: now, artifacts, process, links, commands } = detail;
  const { manifest } = artifacts;
  const place = [artifacts.bucket?.replace(/\/?$/, '/') ?? '', manifest ?? ''].join('');
  return (
    <section aria-labelledby="facts-title">
      <h2 id="facts-title">Particulars</h2>
      <Facts
        rows={[
          ['Run', <code key="run">{run.run_id}</code>],
          ['Began', <ExactMoment key="began" at={run.started_at} now={now} />],
          ['Ended', run.finished_at === null ? null : exactText(run.finished_at)],
          ['Committed', detail.committed_at === null ? null : exactText(detail.committed_at)],
          ['Target', <CloudName key="target" name={run.target} />],
          ...(manifest === null ? [] : [['Manifest', <CloudName key="manifest" name={place} />] as const]),
          ...(detail.watermark === null
            ? []
            : [['Watermark', <code key="watermark">{detail.watermark}</code>] as const]),
          ...(process === null
            ? []
            : [['Process', `${process.pid ?? ''} on ${process.host ?? ''}`] as const]),
        ]}
      />
      {links.length > 0 && (
        <p class="links">
          {links.map(({ label, url }) => (
            <a key={label} href={url} rel="noreferrer">
              This run in {label}
            </a>
          ))}
        </p>
      )}
      {commands.explain !== null && (
        <>
          <p>Why a document is there, or not, in place of ID its id:</p>
          <Command text={commands.explain} label="Explain a document" />
        </>
      )}
    </section>
  );
}

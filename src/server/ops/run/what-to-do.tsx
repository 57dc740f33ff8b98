import type { OpsRun } from '../../../app/ops/model/run.ts';
import type { OpsRunDetail } from '../../../app/ops/model/run-detail.ts';
import { Command } from '../elements/command.tsx';
import { countText, deletesText } from '../elements/figures.ts';
import { ErrorCode, ErrorMeaning } from '../errors/error-code.tsx';
import { PartialWhy } from './partial-why.tsx';
import { Release } from './release.tsx';
import { Retry, RunAgain, UNREADABLE_ROW } from './retry.tsx';

/** The error with its fix, or the held deletes or rejected documents; renders nothing for a run without problems. */
export function WhatToDo({ detail }: { readonly detail: OpsRunDetail }) {
  const { run, commands } = detail;
  if (run.error !== null) return <Failed detail={detail} />;
  if (run.alive === false) {
    return (
      <section class="need tone-bad" aria-labelledby="todo-title">
        <h2 id="todo-title">The process of this run is silent</h2>
        <p>No data was lost and no partial change was committed.</p>
        <p class="fix">Start it again: the next run clears up or finishes what this one began.</p>
        {commands.run !== null && <Command text={commands.run} label="Run it again" />}
      </section>
    );
  }
  if (run.status === 'HELD') {
    return (
      <section class="need tone-warn" aria-labelledby="todo-title">
        <h2 id="todo-title">{deletesText(run.counts?.held ?? null)} withheld</h2>
        <p>Reason: {run.hold_reason ?? 'the guard did not say why'}. Everything else was applied.</p>
        <Release
          releasedBy={run.released_by}
          command={commands.release_deletes}
          label="Release the deletes"
        />
      </section>
    );
  }
  if (run.status === 'PARTIAL') {
    return (
      <section class="need tone-part" aria-labelledby="todo-title">
        <h2 id="todo-title">Not all of it was applied</h2>
        {run.kind === 'connector' ? (
          <PartialWhy counts={run.counts} quarantine={quarantineOf(detail)} />
        ) : (
          <OtherPartialWhy run={run} />
        )}
        {commands.run !== null && <Command text={commands.run} label="Run it again" />}
      </section>
    );
  }
  return null;
}

function OtherPartialWhy({ run: { kind, counts } }: { readonly run: OpsRun }) {
  const [number, noun] =
    kind === 'app'
      ? [counts?.quarantined ?? null, 'records or collections failed']
      : [counts?.rejected ?? null, 'texts were set aside, because the embedding API refuses them'];
  return (
    <p>
      {countText(number)} {noun}. Everything else was stored; the log of the run names each of them.
    </p>
  );
}

/** The quarantine file, next to the manifest; null if the bucket is not known. */
function quarantineOf({ artifacts: { bucket, folder } }: OpsRunDetail): string | null {
  return folder === null || bucket === null
    ? null
    : `${bucket.replace(/\/?$/, '/')}${folder}/quarantine.ndjson`;
}

function Failed({ detail: { run, commands } }: { readonly detail: OpsRunDetail }) {
  const { error } = run;
  if (error === null) return null;
  return (
    <section class="need tone-bad" aria-labelledby="todo-title">
      <h2 id="todo-title">
        <ErrorCode code={error.code} />
        {!isUnreadable(run) && run.kind === 'connector' && ` in ${run.phase}`}
      </h2>
      <p class="message">{error.message}</p>
      <p>
        <Retry error={error} /> {outcomeText(run)}
      </p>
      {error.hint !== null && <p class="fix">{error.hint}</p>}
      <RunAgain error={error} command={commands.run} label="Run it again" />
      <details id="meaning">
        <summary>What this code means</summary>
        <p>
          <ErrorMeaning code={error.code} />
        </p>
        <p>
          <a href="/ops/errors">All error codes</a>
        </p>
      </details>
    </section>
  );
}

function outcomeText(run: OpsRun): string {
  if (isUnreadable(run)) return 'What this run did is not known. Other runs are not affected.';
  if (run.kind !== 'connector') return 'What was stored before stays; the next run continues.';
  return run.waits_for_next_run
    ? 'Its artifacts are published: the next run delivers them first.'
    : 'Nothing was committed: the next run starts where this one did.';
}

export function isUnreadable({ error }: OpsRun): boolean {
  return error?.code === UNREADABLE_ROW;
}

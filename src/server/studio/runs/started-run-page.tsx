import type { ServerState } from '../../../app/serve/server-state.ts';
import { EXIT, EXIT_MEANINGS, EXIT_NAMES } from '../../../core/exit-status.ts';
import { Facts } from '../../ops/elements/facts.tsx';
import { exactText } from '../../ops/elements/figures.ts';
import type { Viewer } from '../elements/viewer.ts';
import { studioFrame } from '../elements/frame.tsx';
import { resultIn } from './run-result.ts';
import { CATALOG_PATH, catalogPath, connectorPath, startedPath } from '../paths.ts';

type StartedRun = NonNullable<Awaited<ReturnType<ServerState['startedRun']>>>;

interface StartedRunPage {
  readonly run: StartedRun;
  readonly viewer: Viewer;
}

/** A run that has no row in the state: it has not begun, could not begin, or was a dry run. */
export function startedRunPage({ run, viewer }: StartedRunPage): string {
  const { runId, connectorId, startedAt, finishedAt, log } = run;
  const result = finishedAt === null ? undefined : resultIn(log);
  return studioFrame({
    title: `Run of ${connectorId}`,
    part: 'connectors',
    trail: [
      { label: 'Connectors', href: CATALOG_PATH },
      { label: connectorId, href: catalogPath(connectorId) },
      { label: 'Run' },
    ],
    viewer,
    children: (
      <section aria-labelledby="run-title">
        <h1 id="run-title">Run of {connectorId}</h1>
        <p role="status">{statusText(run)}</p>
        <Facts
          rows={[
            ['Run', <code key="run">{runId}</code>],
            ['Started', exactText(startedAt)],
            ['Ended', finishedAt && exactText(finishedAt)],
          ]}
        />
        {finishedAt === null && (
          <p class="actions">
            <a class="button" href={startedPath(runId)}>
              Show the newest state
            </a>
          </p>
        )}
        {result?.error !== undefined && (
          <div class="need tone-bad">
            <p>{result.error.message}</p>
            {result.error.hint !== undefined && <p class="fix">{result.error.hint}</p>}
          </div>
        )}
        {result !== undefined && result.counts.length > 0 && (
          <>
            <h2>Changes</h2>
            <Facts rows={result.counts} />
          </>
        )}
        {log !== '' && (
          <details class="log-of-run" open={finishedAt === null || result === undefined}>
            <summary>Log of the run</summary>
            <div class="scroll" tabindex={0} role="region" aria-label="Log of the run">
              <pre class="mono">{log}</pre>
            </div>
          </details>
        )}
        {finishedAt !== null && (
          <p class="actions next">
            <a class="button" href={connectorPath(connectorId, 'run')}>
              Run it again
            </a>
            <a class="button" href={catalogPath(connectorId)}>
              Show {connectorId}
            </a>
          </p>
        )}
      </section>
    ),
  });
}

function statusText({ finishedAt, exitStatus }: StartedRun): string {
  if (finishedAt === null)
    return 'The run was started. This page shows its newest state every few seconds, and leads to Ops as soon as the run is recorded there. Ops has no dry runs, so their result is shown here.';
  if (exitStatus === null) return 'A signal ended the run.';
  const name = EXIT_NAMES.find((each) => EXIT[each] === exitStatus);
  const meaning = name === undefined ? '' : `: ${EXIT_MEANINGS[name].meaning}`;
  return `The run ended with exit status ${exitStatus}${meaning}.`;
}

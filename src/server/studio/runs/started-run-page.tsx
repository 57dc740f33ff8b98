import type { ServerState } from '../../../app/serve/server-state.ts';
import { EXIT, EXIT_MEANINGS, EXIT_NAMES } from '../../../core/exit-status.ts';
import { Facts } from '../../ops/elements/facts.tsx';
import { exactText } from '../../ops/elements/figures.ts';
import type { Viewer } from '../elements/viewer.ts';
import { studioFrame } from '../elements/frame.tsx';
import { CATALOG_PATH, catalogPath, startedPath } from '../paths.ts';

type StartedRun = NonNullable<Awaited<ReturnType<ServerState['startedRun']>>>;

interface StartedRunPage {
  readonly run: StartedRun;
  readonly viewer: Viewer;
}

/** A run that has no row in the state: it has not begun, could not begin, or was a dry run. */
export function startedRunPage({ run, viewer }: StartedRunPage): string {
  const { runId, connectorId, startedAt, finishedAt, log } = run;
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
          <p>
            <a href={startedPath(runId)}>Show its newest state</a>
          </p>
        )}
        {log !== '' && (
          <div class="scroll" tabindex={0} role="region" aria-label="Log of the run">
            <pre>{log}</pre>
          </div>
        )}
      </section>
    ),
  });
}

function statusText({ finishedAt, exitStatus }: StartedRun): string {
  if (finishedAt === null)
    return 'The run was started. It is in Ops as soon as it has begun; a dry run never is.';
  if (exitStatus === null) return 'A signal ended the run.';
  const name = EXIT_NAMES.find((each) => EXIT[each] === exitStatus);
  const meaning = name === undefined ? '' : `: ${EXIT_MEANINGS[name].meaning}`;
  return `The run ended with exit status ${exitStatus}${meaning}.`;
}

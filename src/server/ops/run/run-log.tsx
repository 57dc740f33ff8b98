import type { ServerState } from '../../../app/serve/server-state.ts';

/** Undefined if this server did not start the run. */
export type StartedHere = Awaited<ReturnType<ServerState['startedRun']>>;

/** The log of a run that this server started; renders nothing for the run of an orchestrator, which keeps its own logs. */
export function RunLog({ started }: { readonly started: StartedHere }) {
  if (started === undefined) return null;
  const { finishedAt, exitStatus, startedBy, log } = started;
  return (
    <section aria-labelledby="log-title">
      <h2 id="log-title">Log</h2>
      <p>
        Started here by <code>{startedBy}</code>; {endedHow(finishedAt, exitStatus)}.
      </p>
      <details id="log">
        <summary>The end of what it said</summary>
        <div class="log" tabindex={0} role="region" aria-labelledby="log-title">
          <pre>{log === '' ? 'Nothing yet.' : log}</pre>
        </div>
      </details>
    </section>
  );
}

function endedHow(finishedAt: string | null, exitStatus: number | null): string {
  if (finishedAt === null) return 'how it ended is not known yet';
  return exitStatus === null ? 'it was ended by a signal' : `it ended with exit status ${exitStatus}`;
}

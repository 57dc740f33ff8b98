import { runCommandLine } from '../run/run-command-line.ts';
import type { OpsConnector } from './model/connector.ts';
import type { OpsConnectorDetail } from './model/connector-detail.ts';
import type { OpsRun } from './model/run.ts';
import type { OpsRunDetail } from './model/run-detail.ts';

const PROGRAM = 'gemini-sync-bridge';

/** The commands that an operator may want to run next, ready to paste into a shell in the server's working directory. */
export function runCommands(run: OpsRun, file: string | undefined, local: boolean): OpsRunDetail['commands'] {
  if (file === undefined) return { run: null, release_deletes: null, explain: null };
  const again = `${PROGRAM} ${runCommandLine(file, local)}`;
  const held = run.status === 'HELD' && run.released_by === 'allow_deletes' ? (run.counts?.held ?? 0) : 0;
  return {
    run: again,
    release_deletes: held > 0 ? `${again} --allow-deletes ${held}` : null,
    explain: `${again.replace(/ run /, ' explain ')} --doc ID`,
  };
}

export function connectorCommands(connector: OpsConnector): OpsConnectorDetail['commands'] {
  const { file, state, held_deletes: held, last_run: last, previous_run: previous } = connector;
  if (file === null) return { run: null, release_deletes: null };
  const local = last !== null && !last.target.includes('/');
  const again = `${PROGRAM} ${runCommandLine(file, local)}`;
  const by = (previous ?? last)?.released_by;
  const releases = state === 'held' && by === 'allow_deletes' && held !== null && held > 0;
  return { run: again, release_deletes: releases ? `${again} --allow-deletes ${held}` : null };
}

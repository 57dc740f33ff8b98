import { releasedBy } from '../../pipeline/guard.ts';
import { runCommandLine } from '../run/process/run-command-line.ts';
import type { OpsApp } from './model/app.ts';
import type { OpsConnector } from './model/connector.ts';
import type { OpsConnectorDetail } from './model/connector-detail.ts';
import type { OpsKnowledgeSource } from './model/knowledge-source.ts';
import type { OpsRun } from './model/run.ts';
import type { OpsRunDetail } from './model/run-detail.ts';

const PROGRAM = 'gemini-sync-bridge';

/** The commands that an operator may want to run next, ready to paste into a shell in the server's working directory. */
export function runCommands(run: OpsRun, file: string | undefined, local: boolean): OpsRunDetail['commands'] {
  if (run.kind !== 'connector') return otherRunCommands(run);
  if (file === undefined) return { run: null, release_deletes: null, explain: null };
  const again = `${PROGRAM} ${runCommandLine(file, local)}`;
  const held = run.status === 'HELD' && run.released_by === 'allow_deletes' ? (run.counts?.held ?? 0) : 0;
  return {
    run: again,
    release_deletes: held > 0 ? `${again} --allow-deletes ${held}` : null,
    explain: `${again.replace(/ run /, ' explain ')} --doc ID`,
  };
}

function otherRunCommands({
  kind,
  connector_id: name,
  status,
  released_by: by,
  counts,
}: OpsRun): OpsRunDetail['commands'] {
  const held = status === 'HELD' && by === 'allow_deletes' ? (counts?.held ?? 0) : 0;
  const { sync, release_deletes } = kind === 'app' ? appCommands(name, held) : sourceCommands(name, held);
  return { run: sync, release_deletes, explain: null };
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

/** Returns the number of withheld deletes that `--allow-deletes` would release: none if the listing was not complete. */
export function releasable(held: number, holdReason: string | null): number {
  return holdReason === null || releasedBy(holdReason) === 'allow_deletes' ? held : 0;
}

/** @param held the number of withheld deletes that can be released */
export function appCommands(appKey: string, held: number): OpsApp['commands'] {
  const sync = `${PROGRAM} sync --app ${appKey}`;
  return { sync, release_deletes: held > 0 ? `${sync} --full --allow-deletes ${held}` : null };
}

/** @param held the number of withheld deletes that can be released */
export function sourceCommands(source: string, held: number): OpsKnowledgeSource['commands'] {
  const sync = `${PROGRAM} kb sync --source ${source} --until-done`;
  return { sync, release_deletes: held > 0 ? `${sync} --allow-deletes ${held}` : null };
}

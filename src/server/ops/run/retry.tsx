import type { OpsError } from '../../../app/ops/model/run.ts';
import { Command } from '../elements/command.tsx';

/** The outcome of such a run is not known, so it is not known either whether a retry can help. */
export const UNREADABLE_ROW = 'STATE_ROW_UNREADABLE';

/** Says whether a retry can help; renders nothing for a code that this version does not know. */
export function Retry({ error: { code, retryable } }: { readonly error: OpsError }) {
  if (retryable === null || code === UNREADABLE_ROW) return null;
  return (
    <>
      {retryable
        ? 'Running it again can help, without any change.'
        : 'Running it again does not help until something is changed.'}
    </>
  );
}

interface RunAgain {
  readonly error: OpsError | null;
  /** Null for a connector that currently has no file. */
  readonly command: string | null;
  readonly label: string;
}

/** The command that runs the connector again, and when to use it. */
export function RunAgain({ error, command, label }: RunAgain) {
  if (command === null) return null;
  return (
    <>
      <p>
        {error?.retryable === false && error.code !== UNREADABLE_ROW
          ? 'When this is corrected, run it again:'
          : 'Run it again:'}
      </p>
      <Command text={command} label={label} />
    </>
  );
}

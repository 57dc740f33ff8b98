import type { OpsRun } from '../../../app/ops/model/run.ts';
import { Command } from '../elements/command.tsx';

interface Release {
  readonly releasedBy: OpsRun['released_by'];
  /** Null for a connector that currently has no file. */
  readonly command: string | null;
  readonly label: string;
}

/** What to do about held deletes. A command is shown only if it would release them. */
export function Release({ releasedBy, command, label }: Release) {
  if (releasedBy === 'complete_listing') {
    return (
      <p class="fix">
        Find out why the source listed only a part: the log of the run says where the listing stopped. The
        next complete listing decides; --allow-deletes does not release these.
      </p>
    );
  }
  if (releasedBy === 'identified_rows') {
    return (
      <p class="fix">
        Send these rows shorter: quarantine.ndjson of the run says which. Then the next run decides;
        --allow-deletes does not release these.
      </p>
    );
  }
  return (
    <>
      <p class="fix">Check the source first. If these documents are gone there, release the deletes:</p>
      {command !== null && <Command text={command} label={label} />}
    </>
  );
}

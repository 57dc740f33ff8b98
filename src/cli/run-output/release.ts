import { printable } from '../../core/text/printable.ts';
import type { BridgeResult } from '../../app/run/bridge.ts';
import { releasedBy } from '../../pipeline/guard.ts';

/** Describes how held deletes are released. */
export interface Release {
  /** A command to paste into a shell; null if `--allow-deletes` does not help. */
  readonly command: string | null;
  /** Sentences that say what to do. */
  readonly hint: string;
}

interface HeldRun {
  /** The command line without the program name. */
  readonly command: string;
  readonly result: BridgeResult;
}

/** If the listing proves nothing, `--allow-deletes` does not release any deletes. Null: no deletes are held. */
export function releaseOf({ command, result }: HeldRun): Release | null {
  const { holdReason, counts } = result;
  if (holdReason === null) return null;
  const by = releasedBy(holdReason);
  if (by === 'complete_listing') {
    return {
      command: null,
      hint: 'The log of the run says why the listing stopped early. A complete one releases them; --allow-deletes does not.',
    };
  }
  if (by === 'identified_rows') {
    return {
      command: null,
      hint: 'Let the source send those rows shorter; quarantine.ndjson says which. Then the next run decides; --allow-deletes does not release them.',
    };
  }
  return {
    command: `gemini-sync-bridge ${printable(command)} --allow-deletes ${counts.held}`,
    hint: 'If they are right, release them with this command.',
  };
}

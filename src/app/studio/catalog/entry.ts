import type { OpsConnector } from '../../ops/model/connector.ts';
import type { OpsRun } from '../../ops/model/run.ts';
import type { Problem } from '../../../definitions/problem.ts';
import type { ProposalRecord } from '../proposals/proposal-service.ts';

/** `broken`: the file has errors, so its connector cannot run. Otherwise the state as Ops shows it. */
type CatalogState = OpsConnector['state'] | 'broken';

/** One connector of the catalog: a file with a connector, valid or broken. */
export interface CatalogEntry {
  /** The name of the connector; of a broken file without a readable name, the name of the file. */
  readonly id: string;
  readonly file: string;
  readonly description: string | null;
  /** Null if the file is broken and does not say it. */
  readonly mode: string | null;
  readonly sourceType: string | null;
  readonly schedule: string | null;
  readonly timeZone: string | null;
  readonly nextDueAt: string | null;
  readonly paused: boolean;
  readonly state: CatalogState;
  readonly lastRun: OpsRun | null;
  /** The target of its documents; null if the file is broken. */
  readonly target: string | null;
  readonly problems: readonly Problem[];
  readonly openProposal: Pick<ProposalRecord, 'id' | 'action' | 'pull' | 'state'> | null;
}

/** An entry with the number of its documents. */
export interface CountedEntry extends CatalogEntry {
  /** The documents that the state knows in the target; null if the file is broken. */
  readonly documents: number | null;
}

import type { DeliveryStep, RejectedDocument } from './delivery-port.ts';
import type { WaitingPush } from './push-port.ts';
import type { StagedOp } from './staged-batch.ts';
import type { RunRow } from './state-port.ts';

/** What the state knows about one document of a connector, for one target. */
export interface DocumentFacts {
  readonly record:
    | {
        /** It is empty if it is unknown whether the last change arrived; the document is then sent again or deleted. */
        readonly checksum: string;
        /** False for a withdrawn document, whose delete the next run repeats. */
        readonly softDeleted: boolean;
        /** The run that last sent the document. */
        readonly run: RunRow;
      }
    | undefined;
  /** A change of the document that is published but not committed. */
  readonly waiting:
    { readonly run: RunRow; readonly change: Exclude<StagedOp, 'refresh' | 'set_aside'> } | undefined;
  /** How the newest run with a rejection rejected the document. The next commit clears this. */
  readonly rejection: (Omit<RejectedDocument, 'docId'> & { readonly run: RunRow }) | undefined;
  /** The run that started last, whatever its outcome. */
  readonly newestRun: RunRow | undefined;
  /** The committed runs, newest first, up to the requested number. */
  readonly committed: readonly RunRow[];
  /** The connector's other targets, by name, and whether each has a record of the document. */
  readonly elsewhere: readonly { readonly target: string; readonly known: boolean }[];
}

/** The queries that `explain` makes of the state. They never write. Names belong to the kind that the state was opened for. */
export interface ExplainState {
  /** Returns what is known about one document, as one consistent snapshot. */
  documentFacts(
    connectorId: string,
    target: string,
    docId: string,
    limits: { readonly runs: number },
  ): Promise<DocumentFacts>;
  /** Returns the newest `EXPLAIN_PUSHES_MAX` events of one document that wait in the queue, newest first. */
  waitingPushes(connectorId: string, docId: string): Promise<WaitingPush[]>;
  /** Yields the ids of all records, including soft-deleted ones, in groups. */
  recordIds(connectorId: string, target: string): AsyncIterable<string[]>;
  /** Returns the delivery steps of a run, in the order in which they were first saved. */
  deliverySteps(runId: string): Promise<DeliveryStep[]>;

  close(): Promise<void>;
}

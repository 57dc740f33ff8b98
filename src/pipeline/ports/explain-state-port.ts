import type { DeliveryStep, RejectedDocument } from './delivery-port.ts';
import type { WaitingPush } from './push-port.ts';
import type { RunRow, StagedRecord } from './state-port.ts';

/** What the state knows of one document of a connector, for one target. */
export interface DocumentFacts {
  readonly record:
    | {
        /** Empty: whether the last change arrived is not known, so the document is sent again or deleted. */
        readonly checksum: string;
        readonly softDeleted: boolean;
        /** The run that last sent it. */
        readonly run: RunRow;
      }
    | undefined;
  /** A change of it that is published and not committed. */
  readonly waiting:
    | { readonly run: RunRow; readonly change: Exclude<StagedRecord['op'], 'refresh' | 'set_aside'> }
    | undefined;
  /** How the newest run that tells was refused it. The next commit forgets that. */
  readonly rejection: (Omit<RejectedDocument, 'docId'> & { readonly run: RunRow }) | undefined;
  /** The run that began last, whatever became of it. */
  readonly newestRun: RunRow | undefined;
  /** Committed runs, newest first, as many as were asked for. */
  readonly committed: readonly RunRow[];
  /** The connector's other targets, by name, and whether each has a record of the document. */
  readonly elsewhere: readonly { readonly target: string; readonly known: boolean }[];
}

/** What `explain` asks of the state. Nothing here writes. Names are of the kind that it was opened for. */
export interface ExplainState {
  /** What is known of one document, all of one moment. */
  documentFacts(
    connectorId: string,
    target: string,
    docId: string,
    limits: { readonly runs: number },
  ): Promise<DocumentFacts>;
  /** Events of one document that wait in the queue, the newest `EXPLAIN_PUSHES_MAX`, and of these the newest first. */
  waitingPushes(connectorId: string, docId: string): Promise<WaitingPush[]>;
  /** Ids of all records, soft-deleted ones too, in groups. */
  recordIds(connectorId: string, target: string): AsyncIterable<string[]>;
  /** The delivery steps of a run, in the order in which they were first saved. */
  deliverySteps(runId: string): Promise<DeliveryStep[]>;

  close(): Promise<void>;
}

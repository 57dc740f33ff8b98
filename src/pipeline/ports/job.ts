import type { DeletePolicy } from '../../definitions/connector/types.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Logger } from '../../core/log.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';
import type { DocumentRenderer } from '../document/document.ts';
import type { Mapping } from '../mapping/mapping.ts';
import type { Destination } from './delivery-port.ts';
import type { RecordStep } from './record-step.ts';
import type { ArtifactStore, Phase, RunCounts, Source } from './ports.ts';
import type { LeaseOwner, State } from './state-port.ts';

/** The task of one run: a connector with its defaults filled in, and the options of the command. */
export interface Job {
  readonly runId: string;
  readonly connectorId: string;
  /** The destination of the documents. Another target starts without any state. */
  readonly target: string;
  readonly mapping: Mapping;
  readonly deletePolicy: DeletePolicy;
  readonly deleteLimit: DeleteLimit;
  readonly quarantine: QuarantineLimits;
  /** The connector's `output.prefix`. */
  readonly prefix: string;
  /** Plans only: the run writes nothing anywhere. */
  readonly dryRun: boolean;
  /** The documents that a dry run returns; undefined: none. */
  readonly wanted?: WantedDocuments | undefined;
  /** Reads everything, as if there were no checkpoint. */
  readonly full: boolean;
  /** Sends every document of the listing, including unchanged ones. */
  readonly resend: boolean;
  /** Does the same, and the destination deletes all documents that are not among them. */
  readonly reconcile: boolean;
  /** If false, the destination only records its requests, so nothing is committed. */
  readonly sends: boolean;
  /** Releases held deletes, if there are at most this many. */
  readonly allowDeletes: number | undefined;
}

/** Which of the documents that a dry run would send it returns. */
export interface WantedDocuments {
  /** The first ones, at most `SAMPLE_DOCUMENTS_MAX`. */
  readonly first: number;
  /** The ids of which one names the wanted document; empty: none is wanted. */
  readonly ids: readonly string[];
}

export interface DeleteLimit {
  readonly count: number;
  readonly ratio: number;
}

export interface QuarantineLimits {
  readonly maxCount: number;
  readonly maxRatio: number;
  readonly maxConsecutive: number;
}

/** Converts documents to the lines that the destination's API accepts. */
export interface RecordFormat {
  /** Appends one line, including its line break. */
  upsert(document: DocumentRenderer, docId: string, out: ByteWriter): void;
  /** Returns one line without its line break. */
  deletion(docId: string): string;
  /** The same lines as steps, with which whole batches are rendered; absent: each document goes through `upsert`. */
  readonly steps?: readonly RecordStep[] | undefined;
}

/** Observes a run to show its progress; it must not throw. */
export interface Observer {
  phase(phase: Phase): void;
  /** Called before the first row if the run reads everything: how many rows the last run saw. */
  expected?(rows: number): void;
  /** Called after each batch. */
  rows(counts: Pick<RunCounts, 'seen' | 'unchanged' | 'added' | 'changed' | 'quarantined'>): void;
}

export interface Ports {
  readonly source: Source;
  readonly state: State;
  readonly store: ArtifactStore;
  readonly destination: Destination;
  readonly records: RecordFormat;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: Observer;
  /** Computes on whole batches of rows; absent: the same is computed row by row. */
  readonly kernel?: Kernel | undefined;
  /** The holder of the lease, without the run's id. */
  readonly owner: Omit<LeaseOwner, 'runId'>;
}

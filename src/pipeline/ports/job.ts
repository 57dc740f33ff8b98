import type { DeletePolicy } from '../../definitions/connector/types.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';
import type { DocumentRenderer } from '../document/document.ts';
import type { Mapping } from '../mapping/mapping.ts';
import type { Destination } from './delivery-port.ts';
import type { ArtifactStore, Phase, RunCounts, Source } from './ports.ts';
import type { LeaseOwner, State } from './state-port.ts';

/** What one run is to do: a connector with its defaults filled in, and the options of the command. */
export interface Job {
  readonly runId: string;
  readonly connectorId: string;
  /** Names the place that documents go to; another target starts from nothing. */
  readonly target: string;
  readonly mapping: Mapping;
  readonly deletePolicy: DeletePolicy;
  readonly deleteLimit: DeleteLimit;
  readonly quarantine: QuarantineLimits;
  /** The connector's `output.prefix`. */
  readonly prefix: string;
  /** Plan only: nothing is written anywhere. */
  readonly dryRun: boolean;
  /** Read everything, as if there were no checkpoint. */
  readonly full: boolean;
  /** Send every document of the listing, also those that did not change. */
  readonly resend: boolean;
  /** The same, and let the destination drop what is not among them. */
  readonly reconcile: boolean;
  /** False: the destination only writes its requests down, so nothing is committed. */
  readonly sends: boolean;
  /** Release held deletes, if they are no more than this. */
  readonly allowDeletes: number | undefined;
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

/** Turns documents into the lines that the destination's API takes. */
export interface RecordFormat {
  /** Appends one line, with its line break. */
  upsert(document: DocumentRenderer, docId: string, out: ByteWriter): void;
  /** One line, without its line break. */
  deletion(docId: string): string;
}

/** Watches a run, for progress; must not throw. */
export interface Observer {
  phase(phase: Phase): void;
  /** Before the first row, where the run reads everything: how many rows the last one saw. */
  expected?(rows: number): void;
  /** After each batch. */
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
  /** Who holds the lease, but for the run's id. */
  readonly owner: Omit<LeaseOwner, 'runId'>;
}

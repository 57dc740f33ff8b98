import type { GuardedLease } from '../held-leases.ts';
import type { ArtifactStore, Manifest } from './ports.ts';

/** The port of the destination, and the facts that a delivery needs after its process was killed. */

export interface Receipt {
  readonly upserts: number;
  readonly deletes: number;
  /** The number of documents that the journal has as rejected; they stay out of the state, and the next run sends them again. */
  readonly rejected: number;
}

/** A document that the destination rejected, or did not acknowledge. */
export interface RejectedDocument {
  readonly docId: string;
  readonly reason: string;
  /**
   * `refused`: no request of this run changed anything there. `unknown`: the change may have been applied, in part or not at all.
   */
  readonly outcome: 'refused' | 'unknown';
}

/** The record of one request to a destination, which may be in progress for hours. */
export interface DeliveryStep {
  /** The name is unique in its run, such as `import-1`. */
  readonly name: string;
  /**
   * `asked`: possibly sent, outcome unknown · `running`: its operation is known · `done` · `refused`: it certainly had no effect.
   */
  readonly state: 'asked' | 'running' | 'done' | 'refused';
  /** The destination's name for the operation. */
  readonly operation: string | null;
  /** The time of the request, ISO 8601, UTC. */
  readonly askedAt: string;
  /**
   * The details that the destination needs to continue, and finally its result. They are JSON in the destination's own format.
   */
  readonly detail: DeliveryDetail;
}

export type DeliveryDetail = Readonly<Record<string, string | number | boolean | null>>;

/** A step that another run left open when it was abandoned. Its operation may still be in progress. */
export interface OpenStep extends DeliveryStep {
  readonly id: number;
}

/** What a destination must still know after its process was killed. Every write is durable when its promise resolves. */
export interface DeliveryJournal {
  /** Waits until no other run delivers to this target. Fails with `LEASE_HELD` when that takes too long. */
  targetLease(signal: AbortSignal): Promise<TargetLease>;
  /** Returns the steps of this run, in the order in which they were first saved. */
  steps(): Promise<DeliveryStep[]>;
  /** Adds a step, or replaces the step of this name. Fails with `LEASE_LOST` once another run has closed this run. */
  save(step: DeliveryStep): Promise<void>;
  /** Returns the steps that other runs into this target left `asked` or `running`; only valid while this run has the lease on the target. */
  openSteps(): Promise<OpenStep[]>;
  /** Closes an open step of another run. */
  settle(id: number): Promise<void>;
  /**
   * Adds to the rejected documents of this run. A document that is already there keeps its first reason, and is `unknown` if it
   * ever was.
   */
  reject(documents: readonly RejectedDocument[]): Promise<void>;
  /** Returns how many documents of this run are rejected. */
  rejected(): Promise<number>;
  /**
   * Same as `State.othersInto`. While this run has the lease on the target, no other connector can deliver, so the result is valid until the
   * lease ends.
   */
  othersInto(target: string, connectorId: string): Promise<string[]>;
  /** Returns a short note about this target, which is kept across runs. */
  note(name: string): Promise<{ readonly value: string; readonly at: string } | undefined>;
  /** Whether a note of the target was written in the last hours, by the clock of the state. */
  isRecent(name: string, hours: number): Promise<boolean>;
  remember(name: string, value: string): Promise<void>;
}

/** The right to deliver to a target, held by one run at a time. */
export interface TargetLease extends GuardedLease {
  /** Aborted with `LEASE_LOST` when another run took over. */
  readonly signal: AbortSignal;
}

export interface Destination {
  /**
   * Synchronizes the destination with a manifest, and resolves only when the destination has acknowledged everything that the
   * receipt counts. The delivery is idempotent by run id: delivering twice has the same effect as once, and a killed delivery
   * resumes from the journal. It never accesses the state except through the journal.
   * @throws BridgeError; after a retryable one, the next run resumes the delivery
   */
  deliver(
    manifest: Manifest,
    store: ArtifactStore,
    journal: DeliveryJournal,
    signal: AbortSignal,
  ): Promise<Receipt>;
}

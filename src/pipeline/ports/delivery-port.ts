import type { GuardedLease } from '../held-leases.ts';
import type { ArtifactStore, Manifest } from './ports.ts';

/** The port of the destination, and what a delivery must still know after its process was killed. */

export interface Receipt {
  readonly upserts: number;
  readonly deletes: number;
  /** Documents that the journal has as rejected; they stay out of the state and are sent again by the next run. */
  readonly rejected: number;
}

/** A document that the destination refused, or did not prove to have taken. */
export interface RejectedDocument {
  readonly docId: string;
  readonly reason: string;
  /** `refused`: no request of this run changed anything there. `unknown`: the change may be in, in part or not at all. */
  readonly outcome: 'refused' | 'unknown';
}

/** One request to a destination that may be at work for hours, as it is remembered. */
export interface DeliveryStep {
  /** Unique in its run, such as `import-1`. */
  readonly name: string;
  /**
   * `asked`: perhaps sent, and nobody knows what became of it · `running`: its operation is known · `done` · `refused`: it
   * certainly had no effect.
   */
  readonly state: 'asked' | 'running' | 'done' | 'refused';
  /** The destination's name for it. */
  readonly operation: string | null;
  /** ISO 8601, UTC. */
  readonly askedAt: string;
  /** What the destination needs to go on with it, and in the end what came of it. JSON, in the destination's own words. */
  readonly detail: DeliveryDetail;
}

export type DeliveryDetail = Readonly<Record<string, string | number | boolean | null>>;

/** A step that another run left open when it was given up. Its operation may still be at work. */
export interface OpenStep extends DeliveryStep {
  readonly id: number;
}

/** What a destination must still know after its process was killed. Everything written is durable when the promise resolves. */
export interface DeliveryJournal {
  /** Waits until no other run delivers to this target. Fails with `LEASE_HELD` when that takes too long. */
  turn(signal: AbortSignal): Promise<Turn>;
  /** The steps of this run, in the order in which they were first saved. */
  steps(): Promise<DeliveryStep[]>;
  /** Adds a step, or replaces the one of this name. Fails with `LEASE_LOST` once somebody else has closed the run. */
  save(step: DeliveryStep): Promise<void>;
  /** Steps that other runs into this target left `asked` or `running`; only while it is this run's turn. */
  openSteps(): Promise<OpenStep[]>;
  /** An open step of another run is over. */
  settle(id: number): Promise<void>;
  /**
   * Adds to the rejected documents of this run. A document that is there already keeps its first reason, and is `unknown`
   * if it ever was.
   */
  reject(documents: readonly RejectedDocument[]): Promise<void>;
  /** How many documents of this run are rejected. */
  rejected(): Promise<number>;
  /** As `State.othersInto`. While it is this run's turn, none of them can deliver, so the answer holds until the turn ends. */
  othersInto(target: string, connectorId: string): Promise<string[]>;
  /** A short note about this target, kept across runs. */
  note(name: string): Promise<{ readonly value: string; readonly at: string } | undefined>;
  /** Whether a note of the target was made in the last hours, by the clock of the state. */
  isRecent(name: string, hours: number): Promise<boolean>;
  remember(name: string, value: string): Promise<void>;
}

/** The right to deliver to a target, held by one run at a time. */
export interface Turn extends GuardedLease {
  /** Aborted with `LEASE_LOST` when another run took over. */
  readonly signal: AbortSignal;
}

export interface Destination {
  /**
   * Brings the destination in step with a manifest, and resolves only when it has acknowledged all that the receipt counts.
   * Idempotent by run id: delivering twice has the effect of once, and a delivery that was killed is taken up where the
   * journal has it. Never touches the state but through the journal.
   * @throws BridgeError; a retryable one leaves the delivery to be taken up by the next run.
   */
  deliver(
    manifest: Manifest,
    store: ArtifactStore,
    journal: DeliveryJournal,
    signal: AbortSignal,
  ): Promise<Receipt>;
}

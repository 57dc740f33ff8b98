import { toBridgeError, type BridgeError } from '../../core/errors.ts';
import { PURGE_REFUSAL_HOURS } from '../limits.ts';
import type { Logger } from '../../core/log.ts';
import { systemClock, type Clock } from '../../core/time/clock.ts';
import { sleep, type Wait } from '../../core/retry.ts';
import type { Destination, Receipt, RejectedDocument } from '../../pipeline/ports/delivery-port.ts';
import type { Api } from '../api/api.ts';
import { requireFit, type StoreNeeds } from '../api/data-store.ts';
import { fileImports } from '../transfer/file-import.ts';
import { purgeAll } from '../transfer/file-purge.ts';
import { inlineImport } from '../transfer/inline-import.ts';
import { inlinePurge } from '../transfer/inline-purge.ts';
import { filesOf, rowsOf } from './manifest-files.ts';
import { awaitOperation } from '../api/operations.ts';
import type { Part, StepOutcome } from '../transfer/part.ts';
import { branchOf, type DataStore } from '../api/requests.ts';
import { rejectAll } from './sent-documents.ts';
import { deleteEach } from '../transfer/single-deletes.ts';
import { waitUntilIdle, type DeliveryContext } from './steps.ts';

export interface DeliveryOptions {
  readonly api: Api;
  readonly dataStore: DataStore;
  readonly needs: StoreNeeds;
  /** Whether the lines are sent inside the requests, because Google cannot read the artifacts. */
  readonly inline: boolean;
  readonly log: Logger;
  /** Lets a test run faster than the clock. */
  readonly wait?: Wait;
  /** The system's clock by default. */
  readonly clock?: Clock;
}

/** The note that the caller may not purge a data store. */
const PURGE_REFUSED = 'purge-refused';

/**
 * The destination for production: it imports the upserts of a run into a data store of Discovery Engine and purges its deletes,
 * one operation at a time, and counts only what Google has acknowledged. A part that fails permanently is rejected as a whole,
 * and the other parts continue. When nothing was acknowledged, the failure is thrown.
 * @throws BridgeError GEMINI_*, LEASE_HELD, ARTIFACT_*, STATE_*; RECONCILIATION_REFUSED for a listing of too many files.
 */
export function discoveryDestination(options: DeliveryOptions): Destination {
  const { api, dataStore, needs, log, wait = sleep, clock = systemClock } = options;
  return {
    async deliver(manifest, store, journal, signal) {
      await requireFit(dataStore, needs, { api, log }, signal);
      const lease = await journal.targetLease(signal);
      try {
        const alive = AbortSignal.any([signal, lease.signal]);
        const earlier = new Map((await journal.steps()).map((step) => [step.name, step]));
        const branch = branchOf(dataStore);
        const delivery = { manifest, store, journal, clock, api, log, wait, branch, signal: alive, earlier };
        await waitForOthers(delivery);
        return await deliverAll(delivery, options.inline);
      } finally {
        await lease.release();
      }
    },
  };
}

/**
 * Waits for operations that earlier runs left in progress on this data store: Google may not allow two operations on one
 * branch.
 */
async function waitForOthers(delivery: DeliveryContext): Promise<void> {
  const { journal, log, signal } = delivery;
  for (const step of await journal.openSteps()) {
    log.info('waiting for an operation that another run left in progress', {
      step: step.name,
      operation: step.operation,
    });
    if (step.operation === null) await waitUntilIdle(delivery);
    else await awaitOperation(step.operation, delivery, signal);
    await journal.settle(step.id);
  }
}

async function deliverAll(delivery: DeliveryContext, inline: boolean): Promise<Receipt> {
  const receipt = { upserts: 0, deletes: 0, rejected: 0 };
  let failure: BridgeError | undefined;
  for (const part of [...upsertParts(delivery, inline), ...deleteParts(delivery, inline)]) {
    if (failure !== undefined && failure.code !== 'GEMINI_UNPROVEN') {
      await rejectPart(part, `It was not sent, because of ${failure.code} before it.`, 'refused', delivery);
      continue;
    }
    try {
      const { acknowledged } = await part.deliver();
      receipt[part.kind] += acknowledged;
    } catch (thrown) {
      delivery.signal.throwIfAborted();
      failure = toBridgeError(thrown);
      if (failure.retryable || !failure.code.startsWith('GEMINI_')) throw failure;
      delivery.log.error(failure.message, { code: failure.code, kind: part.kind, hint: failure.hint });
      await rejectPart(part, failure.message, 'unknown', delivery);
    }
  }
  if (failure !== undefined && receipt.upserts + receipt.deletes === 0) throw failure;
  return { ...receipt, rejected: await delivery.journal.rejected() };
}

function upsertParts(delivery: DeliveryContext, inline: boolean): Part[] {
  if (!inline) return fileImports(delivery);
  const to = rowsOf(filesOf(delivery.manifest, 'upserts'));
  return to === 0 ? [] : [{ kind: 'upserts', from: 0, to, deliver: () => inlineImport(delivery) }];
}

function deleteParts(delivery: DeliveryContext, inline: boolean): Part[] {
  const to = rowsOf(filesOf(delivery.manifest, 'deletes'));
  return to === 0 ? [] : [{ kind: 'deletes', from: 0, to, deliver: () => deliverDeletes(delivery, inline) }];
}

/** Purges the deletes, or deletes them one by one if the caller may not purge. An editor may delete but not purge. */
async function deliverDeletes(delivery: DeliveryContext, inline: boolean): Promise<StepOutcome> {
  const { journal, log, signal } = delivery;
  if (await journal.isRecent(PURGE_REFUSED, PURGE_REFUSAL_HOURS)) return deleteEach(delivery);
  try {
    return await (inline ? inlinePurge(delivery) : purgeAll(delivery));
  } catch (thrown) {
    signal.throwIfAborted();
    const error = toBridgeError(thrown);
    if (error.code !== 'GEMINI_PERMISSION') throw error;
    log.warn('documents are deleted one by one, because the caller may not purge', {
      reason: error.message,
      hint: error.hint,
    });
    await journal.remember(PURGE_REFUSED, error.message);
    return deleteEach(delivery);
  }
}

async function rejectPart(
  { kind, from, to }: Part,
  reason: string,
  outcome: RejectedDocument['outcome'],
  delivery: DeliveryContext,
): Promise<void> {
  await rejectAll({ manifest: delivery.manifest, kind, from, to }, { reason, outcome }, delivery);
}

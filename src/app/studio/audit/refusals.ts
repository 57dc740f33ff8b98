import type { AuditEvent, AuditLog } from '../../../core/access/audit-log.ts';
import { toBridgeError } from '../../../core/errors.ts';
import type { Logger } from '../../../core/log.ts';
import type { Clock } from '../../../core/time/clock.ts';
import { AUDIT_REFUSALS_PER_HOUR, AUDIT_REFUSAL_WINDOW_SECONDS } from '../../limits.ts';

type Refusal = Pick<AuditEvent, 'actor' | 'object' | 'details'> & {
  readonly action: 'login.refuse' | 'request.refuse';
};

/**
 * Records refused logins and requests in the audit log, without letting a client fill it: equal refusals of some minutes become one
 * entry and one with their number, and the refusals of one actor beyond a limit per hour become a number alone.
 */
export interface Refusals {
  /** Never fails: a refusal is a refusal, even if it cannot be recorded. */
  note(refusal: Refusal): Promise<void>;
  /** Records the numbers of all windows that have ended. */
  sweep(): Promise<void>;
  /** Records the numbers of all windows, before the server ends. */
  close(): Promise<void>;
}

interface Window {
  readonly refusal: Refusal;
  readonly startedMs: number;
  /** Refusals after the one that has an entry of its own. */
  further: number;
}

const HOUR_MS = 3_600_000;

export function openRefusals(audit: AuditLog, clock: Clock, log: Pick<Logger, 'error'>): Refusals {
  /** Equal refusals; at most `AUDIT_REFUSALS_PER_HOUR` for each actor. */
  const windows = new Map<string, Window>();
  /** For each actor: entries of this hour, then the refusals beyond the limit as a window. */
  const hours = new Map<string, Window & { entries: number }>();

  async function record(refusal: Refusal, more: Refusal['details'] = {}): Promise<void> {
    try {
      await audit.record({ ...refusal, outcome: 'refused', details: { ...refusal.details, ...more } });
    } catch (thrown) {
      const { code, message: reason } = toBridgeError(thrown);
      log.error('a refusal could not be recorded in the audit log', { action: refusal.action, code, reason });
    }
  }

  async function end(map: Map<string, Window>, isOver: (window: Window) => boolean): Promise<void> {
    for (const [key, window] of map) {
      if (!isOver(window)) continue;
      map.delete(key);
      if (window.further > 0) await record(window.refusal, { further_refusals: window.further });
    }
  }

  async function sweep(): Promise<void> {
    const nowMs = clock.elapsedMs();
    await end(windows, ({ startedMs }) => nowMs - startedMs >= AUDIT_REFUSAL_WINDOW_SECONDS * 1_000);
    await end(hours, ({ startedMs }) => nowMs - startedMs >= HOUR_MS);
  }

  return {
    sweep,
    async close() {
      await end(windows, () => true);
      await end(hours, () => true);
    },
    async note(refusal) {
      await sweep();
      const { actor, action, object, details } = refusal;
      const key = JSON.stringify([action, actor.kind, actor.id, actor.address, object, details]);
      const known = windows.get(key);
      if (known !== undefined) {
        known.further += 1;
        return;
      }
      const startedMs = clock.elapsedMs();
      const subject = `${actor.kind} ${actor.id}`;
      const hour = hours.get(subject) ?? { refusal: ofActor(refusal), startedMs, further: 0, entries: 0 };
      hours.set(subject, hour);
      if (hour.entries >= AUDIT_REFUSALS_PER_HOUR) {
        hour.further += 1;
        return;
      }
      hour.entries += 1;
      windows.set(key, { refusal, startedMs, further: 0 });
      await record(refusal);
    },
  };
}

/** What an entry says that counts different refusals of one actor. */
function ofActor({ actor, action }: Refusal): Refusal {
  return {
    actor: { ...actor, address: null, requestId: null },
    action,
    object: { kind: 'several', name: '' },
  };
}

import type { FastifyRequest } from 'fastify';
import type { Metrics } from '../../../app/serve/metrics.ts';
import type { Clock } from '../../../core/time/clock.ts';
import {
  FAILED_ATTEMPTS_PER_MINUTE,
  KEY_CACHE_ENTRIES_MAX,
  REFUSED_KEY_REPEAT_SECONDS,
  REFUSED_KEY_WARNINGS_PER_MINUTE,
} from '../../limits.ts';
import type { LogFields, Logger } from '../../../core/log.ts';
import type { KeyRefusal } from './credentials.ts';
import { HttpError } from '../../http/http-error.ts';
import type { WrongKeys } from './wrong-key-counts.ts';

/** Reports refused keys to the operator. Reports never contain a key, and their number is bounded. */
export interface RefusedKeys {
  /** Counts a wrong key immediately. @throws HttpError TOO_MANY_REQUESTS when its address has sent too many */
  note(refusal: KeyRefusal, ofAddress: WrongKeys, request: Pick<FastifyRequest, 'ip'>): void;
  /** Counts a key that is not compared because its client disconnected during the delay. @returns TOO_MANY_REQUESTS */
  unheard(): HttpError;
}

interface RefusedKeysOptions {
  readonly metrics: Pick<Metrics, 'refusedKey'>;
  readonly log: Pick<Logger, 'warn'>;
  readonly clock: Clock;
}

export function openRefusedKeys({ metrics, log, clock }: RefusedKeysOptions): RefusedKeys {
  const warn = warningsOf(log, clock);
  /** When the use of each old key was last logged, by key id; oldest first. */
  const saidMs = new Map<string, number>();

  /** Guessing cannot cause this warning, because the key was sent in full. */
  function noteOldKey(refusal: KeyRefusal, { ip }: Pick<FastifyRequest, 'ip'>): void {
    if (refusal.reason === 'unknown') return;
    const { reason, key } = refusal;
    const nowMs = clock.elapsedMs();
    const lastMs = saidMs.get(key.id);
    if (lastMs !== undefined && nowMs - lastMs < REFUSED_KEY_REPEAT_SECONDS * 1_000) return;
    saidMs.delete(key.id);
    for (const [oldest] of saidMs) {
      if (saidMs.size < KEY_CACHE_ENTRIES_MAX) break;
      saidMs.delete(oldest);
    }
    saidMs.set(key.id, nowMs);
    warn(`a key was used that is ${reason}`, { key: key.id, key_name: key.name, address: ip });
  }

  return {
    note(refusal, ofAddress, request) {
      noteOldKey(refusal, request);
      const { isLast, isOver, isShared, secondsLeft } = ofAddress.count();
      metrics.refusedKey(isOver ? 'blocked' : refusal.reason);
      if (isLast) {
        warn(isShared ? MANY_ADDRESSES : ONE_ADDRESS, {
          address: request.ip,
          wrong_keys: FAILED_ATTEMPTS_PER_MINUTE,
        });
      }
      if (isOver) throw tooMany(secondsLeft);
    },
    unheard() {
      metrics.refusedKey('blocked');
      return tooMany(1);
    },
  };
}

const ONE_ADDRESS =
  'an address sent as many wrong keys as it may, so further ones are delayed and refused until its minute is over';
const MANY_ADDRESSES =
  'wrong keys come from more addresses than are counted one by one, so keys from further addresses are delayed';

function tooMany(retryAfterSeconds: number): HttpError {
  return new HttpError('TOO_MANY_REQUESTS', 'Too many wrong keys came from this address.', {
    hint: 'Check the key. Try again after the time in Retry-After.',
    retryAfterSeconds,
  });
}

/** Limits the number of warnings per minute: a flood from many addresses must not fill the disk. */
function warningsOf(log: Pick<Logger, 'warn'>, clock: Clock) {
  let sinceMs = clock.elapsedMs();
  let said = 0;
  return (message: string, fields: LogFields): void => {
    const nowMs = clock.elapsedMs();
    if (nowMs - sinceMs >= 60_000) {
      sinceMs = nowMs;
      said = 0;
    }
    said += 1;
    if (said <= REFUSED_KEY_WARNINGS_PER_MINUTE) log.warn(message, fields);
    if (said === REFUSED_KEY_WARNINGS_PER_MINUTE)
      log.warn('further warnings of refused keys are omitted until the minute is over');
  };
}

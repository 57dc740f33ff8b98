import { createHmac } from 'node:crypto';
import { sameDigest } from '../../core/secrets/access-key.ts';
import type { Clock } from '../../core/time/clock.ts';
import { FORM_TOKEN_HOURS_MAX } from '../limits.ts';

/** Proves that this server created a form recently, for a given session or user. */
export interface FormTokens {
  /** The token stays the same for an hour, so that pages that refresh themselves do not change. */
  make(subject: string): string;
  accepts(token: unknown, subject: string): boolean;
}

const HOUR_MS = 3_600_000;

export function openFormTokens(key: Buffer, clock: Clock): FormTokens {
  const hourNow = () => Math.floor(clock.now().getTime() / HOUR_MS);
  const proofOf = (hour: number, subject: string) =>
    createHmac('sha256', key).update(`${hour} ${subject}`).digest();
  return {
    make(subject) {
      const hour = hourNow();
      return `${hour}.${proofOf(hour, subject).toString('base64url')}`;
    },
    accepts(token, subject) {
      const [, madeIn, proof = ''] =
        /^(\d{1,9})\.([\w-]+)$/.exec(typeof token === 'string' ? token : '') ?? [];
      const hour = Number(madeIn);
      const age = hourNow() - hour;
      // The clock of another server may be slightly ahead.
      if (!(age >= -1 && age <= FORM_TOKEN_HOURS_MAX)) return false;
      return sameDigest(Buffer.from(proof, 'base64url'), proofOf(hour, subject));
    },
  };
}

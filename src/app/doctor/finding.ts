import { withDeadline, DeadlineError } from '../../core/deadline.ts';
import { BridgeError, toBridgeError, type ErrorCode } from '../../core/errors.ts';
import { DOCTOR_CHECK_SECONDS_MAX } from '../limits.ts';
import { failed, type Finding } from '../../core/finding.ts';
import type { Exposure } from '../../net/exposure.ts';

/** What a finding is about. */
export type Subject =
  | 'settings'
  | 'policy'
  | 'state'
  | 'credentials'
  | 'connector'
  | 'source'
  | 'data store'
  | 'access control'
  | 'content'
  | 'schema'
  | 'permissions'
  | 'deletes'
  | 'bucket'
  | 'service agent';

export type DoctorFinding = Finding<ErrorCode> & { readonly subject: Subject };

export function ok(subject: Subject, message: string): DoctorFinding {
  return { subject, status: 'ok', message };
}

/** @param reason why it was not checked: a clause without a full stop */
export function skip(subjects: readonly Subject[], reason: string): DoctorFinding[] {
  return subjects.map((subject) => ({ subject, status: 'skip', message: `Not checked: ${reason}.` }));
}

export function warn(subject: Subject, message: string, fix: string): DoctorFinding {
  return { subject, status: 'warn', message, fix };
}

/** A warning of what others on the way could read or change; none if there is nothing. */
export function exposed(subject: Subject, exposure: Exposure | undefined): DoctorFinding[] {
  return exposure === undefined ? [] : [warn(subject, exposure.what, exposure.fix)];
}

export function fail(subject: Subject, error: BridgeError): DoctorFinding {
  return { subject, ...failed(error) };
}

/**
 * Looks at something within a time; what it throws is a finding too.
 * @param seconds another time for a test
 * @throws the reason of `signal`, and nothing else
 */
export async function check(
  subject: Subject,
  signal: AbortSignal,
  look: (signal: AbortSignal) => Promise<DoctorFinding[]>,
  seconds = DOCTOR_CHECK_SECONDS_MAX,
): Promise<DoctorFinding[]> {
  try {
    return await inTime(subject, signal, look, seconds);
  } catch (thrown) {
    signal.throwIfAborted();
    return [fail(subject, toBridgeError(thrown))];
  }
}

/**
 * @param subject what is looked at, for the message
 * @throws BridgeError CHECK_TIMEOUT; what `look` throws; the reason of `signal`
 */
export async function inTime<T>(
  subject: string,
  signal: AbortSignal,
  look: (signal: AbortSignal) => Promise<T>,
  seconds = DOCTOR_CHECK_SECONDS_MAX,
): Promise<T> {
  try {
    return await withDeadline(seconds, signal, look);
  } catch (thrown) {
    throw thrown instanceof DeadlineError ? tooSlow(subject, seconds) : thrown;
  }
}

/** How the message begins of what could not be looked at. */
export const UNSEEN = 'This cannot be seen: ';

/** Looks at something that runs do not look at: that it cannot be seen is a warning, for a run can succeed all the same. */
export async function glance(
  subject: Subject,
  signal: AbortSignal,
  look: (signal: AbortSignal) => Promise<DoctorFinding[]>,
  seconds?: number,
): Promise<DoctorFinding[]> {
  const findings = await check(subject, signal, look, seconds);
  return findings.map((finding) =>
    finding.status === 'fail' && finding.code !== 'INTERNAL'
      ? warn(finding.subject, `${UNSEEN}${finding.message}`, finding.fix)
      : finding,
  );
}

function tooSlow(subject: string, seconds: number): BridgeError {
  return new BridgeError('CHECK_TIMEOUT', `The check of the ${subject} had no answer within ${seconds} s.`, {
    hint: 'Try again; if it stays so, look at the network, the firewalls and the proxies on the way there.',
  });
}

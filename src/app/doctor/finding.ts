import { withDeadline, DeadlineError } from '../../core/time/deadline.ts';
import type { ErrorCode } from '../../core/error-kinds.ts';
import { BridgeError, toBridgeError } from '../../core/errors.ts';
import { DOCTOR_CHECK_SECONDS_MAX } from '../limits.ts';
import { failed, type Finding } from '../../core/finding.ts';
import type { Exposure } from '../../net/exposure.ts';
import type { Remedy, SeenCaller } from './fix/remedy.ts';

/** The subject of a finding. */
export type Subject =
  | 'settings'
  | 'policy'
  | 'state'
  | 'secrets'
  | 'embeddings'
  | 'credentials'
  | 'github'
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

export type DoctorFinding = Finding<ErrorCode> & {
  readonly subject: Subject;
  /** What would fix it in Google Cloud, if doctor knows. */
  readonly remedy?: Remedy;
  /** The identity that the check of the credentials found. */
  readonly caller?: SeenCaller;
};

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

/** A warning about data that others could read or change in transit; empty if nothing is exposed. */
export function exposureFindings(subject: Subject, exposure: Exposure | undefined): DoctorFinding[] {
  return exposure === undefined ? [] : [warn(subject, exposure.what, exposure.fix)];
}

export function fail(subject: Subject, error: BridgeError): DoctorFinding {
  return { subject, ...failed(error) };
}

/**
 * Runs a check within a time limit; an error that it throws becomes a finding.
 * @param seconds another limit for a test
 * @throws the reason of `signal`, and nothing else
 */
export async function check(
  subject: Subject,
  signal: AbortSignal,
  look: (signal: AbortSignal) => Promise<DoctorFinding[]>,
  seconds = DOCTOR_CHECK_SECONDS_MAX,
): Promise<DoctorFinding[]> {
  try {
    return await withinTimeLimit(subject, signal, look, seconds);
  } catch (thrown) {
    signal.throwIfAborted();
    return [fail(subject, toBridgeError(thrown))];
  }
}

/**
 * @param subject the subject of the check, for the message
 * @throws BridgeError CHECK_TIMEOUT; what `look` throws; the reason of `signal`
 */
export async function withinTimeLimit<T>(
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

/** The beginning of the message when something could not be checked. */
export const NOT_VISIBLE = 'This cannot be seen: ';

/** Checks something that runs do not use. A failure of the check itself is only a warning, because a run can still succeed. */
export async function checkAdvisory(
  subject: Subject,
  signal: AbortSignal,
  look: (signal: AbortSignal) => Promise<DoctorFinding[]>,
  seconds?: number,
): Promise<DoctorFinding[]> {
  const findings = await check(subject, signal, look, seconds);
  return findings.map((finding) =>
    finding.status === 'fail' && finding.code !== 'INTERNAL'
      ? withRemedy(warn(finding.subject, `${NOT_VISIBLE}${finding.message}`, finding.fix), finding.remedy)
      : finding,
  );
}

/** Adds what would fix a finding. */
export function withRemedy(finding: DoctorFinding, remedy: Remedy | undefined): DoctorFinding {
  return remedy === undefined ? finding : { ...finding, remedy };
}

function tooSlow(subject: string, seconds: number): BridgeError {
  return new BridgeError('CHECK_TIMEOUT', `The check of the ${subject} had no answer within ${seconds} s.`, {
    hint: 'Try again; if it keeps failing, check the network, firewalls and proxies on the path to the service.',
  });
}

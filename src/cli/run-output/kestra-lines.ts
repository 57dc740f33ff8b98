import type { BridgeError } from '../../core/errors.ts';
import { TELEMETRY_MESSAGE_CHARACTERS_MAX, TELEMETRY_TEXT_CHARACTERS_MAX } from '../../core/limits.ts';
import { fieldsText, type LogFormat } from '../../core/log.ts';
import { printable } from '../../core/text/printable.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import { shownText } from '../../telemetry/text.ts';
import { releaseOf } from './release.ts';
import type { SummaryOf } from './summary.ts';

/**
 * Kestra interprets a line on stdout or stderr if it is `::{…}::` from its first to its last character. Text from a source is
 * in such a line only within a JSON string, so it can be neither an output nor a metric. `##kestra:…##` would change the
 * level of the lines that follow.
 */

/** Formats log lines with their level. Kestra treats any other line on stderr as an error. */
export const kestraFormat: LogFormat = (level, _time, message, fields) => {
  const known = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return marked({
    logs: [
      {
        level: level.toUpperCase(),
        message: `${printable(message)}${fieldsText(Object.fromEntries(known))}`,
      },
    ],
  });
};

/** Formats the result of a run: its counts as metrics, followed by its outputs. */
export function kestraResult(summary: SummaryOf): string {
  const { connector, result, exitStatus, durationMs } = summary;
  const release = releaseOf(summary);
  const { runId, status, work, holdReason, remarks, artifacts } = result;
  const counts = known(result.counts);
  return kestraOutputs(kestraMetrics(counts, durationMs, { connector, work }), {
    run_id: runId,
    connector,
    status,
    exit_status: exitStatus,
    work,
    counts,
    held_deletes: result.counts.held,
    hold_reason: holdReason,
    release_command: release?.command ?? null,
    release_hint: release?.hint ?? null,
    truncated: remarks.truncated ?? false,
    artifacts,
    manifest: artifacts === null ? null : `${artifacts}/manifest.json`,
  });
}

interface KestraMetric {
  readonly name: string;
  readonly type: string;
  /** The duration is in seconds. */
  readonly value: unknown;
  readonly tags: Readonly<Record<string, string>>;
}

/** The counts of a run that are known, and its duration. */
export function kestraMetrics(
  counts: object,
  durationMs: number,
  tags: KestraMetric['tags'],
): KestraMetric[] {
  return [
    ...Object.entries(known(counts)).map(([name, value]) => ({ name, type: 'counter', value, tags })),
    // Kestra expects the duration in seconds.
    { name: 'duration', type: 'timer', value: durationMs / 1_000, tags },
  ];
}

/** @param outputs null is left out */
export function kestraOutputs(metrics: readonly KestraMetric[], outputs: object): string {
  return `${marked({ metrics })}\n${marked({ outputs: known(outputs) })}\n`;
}

/**
 * @param named the kind of the definition with its name, which is null if its file did not load
 * @param result what is known of the result in addition; null is left out
 */
export function kestraFailure(
  runId: string,
  named: Readonly<Record<string, string | null>>,
  error: BridgeError,
  redactor: Redactor,
  result: object = {},
): string {
  // Each text is redacted separately: redacting the whole line would remove keys that equal a secret, such as `status`.
  const clean = (text: string, charactersMax: number) => shownText(redactor.redact(text), charactersMax);
  const outputs = known({
    run_id: runId,
    ...named,
    status: 'FAILED',
    exit_status: error.exit,
    ...result,
    error_code: error.code,
    error_message: clean(error.message, TELEMETRY_MESSAGE_CHARACTERS_MAX),
    error_hint: error.hint === undefined ? null : clean(error.hint, TELEMETRY_TEXT_CHARACTERS_MAX),
    error_retryable: error.retryable,
  });
  return `${marked({ outputs })}\n`;
}

/** Omits unknown values: an expression supplies a default with `??`. */
export function known(values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** Formats a line that Kestra interprets. */
export function marked(content: object): string {
  return `::${JSON.stringify(content).replaceAll(LINE_ENDS, escaped)}::`;
}

/** JSON does not escape these characters, but Kestra's pattern treats them as line ends. */
const LINE_ENDS = /[\u0085\u2028\u2029]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

import type { BridgeError } from '../../core/errors.ts';
import { TELEMETRY_MESSAGE_CHARACTERS_MAX, TELEMETRY_TEXT_CHARACTERS_MAX } from '../../core/limits.ts';
import { fieldsText, type LogFormat } from '../../core/log.ts';
import { printable } from '../../core/text/printable.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import { shownText } from '../../telemetry/text.ts';
import { releaseOf } from './release.ts';
import type { SummaryOf } from './summary.ts';

/**
 * What Kestra takes for more than text: a line that is `::{…}::` from its first to its last character, on stdout or stderr.
 * Whatever a source said is in such a line only within a string of JSON, and so can be neither an output nor a metric.
 * `##kestra:…##` would change the level of what follows.
 */

/** Log lines with their level. Kestra takes any other line on stderr for an error. */
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

/** What became of a run: its counts as metrics, and then its outputs. */
export function kestraResult(summary: SummaryOf): string {
  const { connector, result, exitStatus, durationMs } = summary;
  const release = releaseOf(summary);
  const { runId, status, work, holdReason, remarks, artifacts } = result;
  const counts = known(result.counts);
  const tags = { connector, work };
  const metrics = [
    ...Object.entries(counts).map(([name, value]) => ({ name, type: 'counter', value, tags })),
    // In seconds.
    { name: 'duration', type: 'timer', value: durationMs / 1_000, tags },
  ];
  const outputs = known({
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
  return `${marked({ metrics })}\n${marked({ outputs })}\n`;
}

/** @param connector null: its file did not load */
export function kestraFailure(
  runId: string,
  connector: string | null,
  error: BridgeError,
  redactor: Redactor,
): string {
  // Each text for itself: in the whole line, a secret such as `status` would take a name away.
  const clean = (text: string, charactersMax: number) => shownText(redactor.redact(text), charactersMax);
  const outputs = known({
    run_id: runId,
    connector,
    status: 'FAILED',
    exit_status: error.exit,
    error_code: error.code,
    error_message: clean(error.message, TELEMETRY_MESSAGE_CHARACTERS_MAX),
    error_hint: error.hint === undefined ? null : clean(error.hint, TELEMETRY_TEXT_CHARACTERS_MAX),
    error_retryable: error.retryable,
  });
  return `${marked({ outputs })}\n`;
}

/** A text for people, of which no line means anything to Kestra. */
export function unmarked(text: string): string {
  return text.replaceAll(/^(?=::|##kestra:)/gm, ' ');
}

/** What is not known is left out: an expression asks for it with `??`. */
function known(values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

function marked(content: object): string {
  return `::${JSON.stringify(content).replaceAll(LINE_ENDS, escaped)}::`;
}

/** JSON leaves them as they are, and to Kestra's pattern a line ends there. */
const LINE_ENDS = /[\u0085\u2028\u2029]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

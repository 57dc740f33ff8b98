import type { KnowledgeRunResult } from '../../app/knowledge/run-result.ts';
import type { BridgeError } from '../../core/errors.ts';
import { count } from '../../core/text/count-text.ts';
import { printable } from '../../core/text/printable.ts';
import type { CommandIo } from '../command-io.ts';
import { failureJson } from '../output/failure.ts';
import { isPretty } from '../output/pretty-log.ts';
import { PLAIN, styleFor, type Style } from '../output/style.ts';
import { wrapIndented, wrapWidth } from '../output/wrap.ts';
import { kestraFailure, kestraMetrics, kestraOutputs, known } from './kestra-lines.ts';
import { kestraResultMessages } from './kestra-messages.ts';
import { knowledgeNotices } from './knowledge-notices.ts';
import { knowledgeRelease, type KnowledgeRunSummary } from './knowledge-release.ts';
import { ALREADY_COMPLETED } from './summary.ts';
import type { RunOutput } from './run-output.ts';

/** Writes results of runs of knowledge sources to stdout: as text, as one JSON object, or as lines for Kestra. */
export function knowledgeResultWriter(io: CommandIo, asJson: boolean) {
  const { redactor, logFormat } = io.env;
  const forKestra = logFormat === 'kestra';
  return {
    done(summary: KnowledgeRunSummary): void {
      if (asJson) io.stdout.write(`${JSON.stringify(knowledgeRunJson(summary))}\n`);
      if (forKestra) {
        const text = asJson ? undefined : knowledgeRunText(summary, PLAIN, Infinity, []);
        io.stdout.write(kestraResultMessages(knowledgeNotices(summary), text, redactor));
        io.stdout.write(kestraResult(summary));
        return;
      }
      const out = asJson ? io.stderr : io.stdout;
      if (asJson && !isPretty(io)) return;
      const style = styleFor(out, io.env.noColor);
      const notices = [...holdLines(summary, style), ...setAsideLines(summary.result, style)];
      out.write(knowledgeRunText(summary, style, wrapWidth(out), notices));
    },
    /** @param source the name of the source, or what the command was given if it is unknown */
    failed(runId: string, source: string, error: BridgeError): void {
      const failure = {
        run_id: runId,
        knowledge_source: source,
        status: 'FAILED',
        exit_status: error.exit,
        error: failureJson(error),
      };
      if (asJson) io.stdout.write(redactor.redact(`${JSON.stringify(failure)}\n`));
      if (forKestra) io.stdout.write(kestraFailure(runId, { knowledge_source: source }, error, redactor));
    },
  };
}

/** Logs how held deletes are released. On a terminal the summary has it, and in Kestra a message of its own. */
export function reportKnowledgeHold(
  summary: KnowledgeRunSummary,
  io: CommandIo,
  { log }: Pick<RunOutput, 'log'>,
): void {
  const release = knowledgeRelease(summary);
  if (release === null || isPretty(io) || io.env.logFormat === 'kestra') return;
  log.warn('deletes are held', {
    held: summary.result.chunks.held,
    reason: summary.result.holdReason,
    ...(release.command !== null && { release: release.command }),
    hint: release.hint,
  });
}

/** Describes the result for a program, as exactly one object. */
function knowledgeRunJson(summary: KnowledgeRunSummary) {
  const { source, result, exitStatus, durationMs } = summary;
  return {
    run_id: result.runId,
    knowledge_source: source.name ?? source.id,
    source_id: source.id,
    status: result.status,
    exit_status: exitStatus,
    work: result.work,
    done: result.done,
    pages: result.pages,
    next: result.last?.next ?? null,
    url: result.last?.url ?? null,
    counts: countsOf(result),
    hold_reason: result.holdReason,
    release: knowledgeRelease(summary),
    embedder: result.last?.embedder ?? null,
    duration_ms: Math.round(durationMs),
  };
}

/**
 * Describes the result for a person.
 * @param columns the width of the terminal; infinite for other outputs, which are not wrapped
 * @param notices the lines that ask a person to do something
 */
function knowledgeRunText(
  summary: KnowledgeRunSummary,
  style: Style,
  columns: number,
  notices: readonly string[],
): string {
  const { source, result, durationMs } = summary;
  const paint = result.status === 'SUCCESS' ? style.green : style.yellow;
  const repeated = result.work === 'repeated' ? ALREADY_COMPLETED : '';
  const text = [
    `${style.bold(printable(source.title))}  ${paint(result.status)}  ${(durationMs / 1_000).toFixed(1)} s${repeated}`,
    '',
    ...countLines(result, style),
    ...notices,
    ...placeLines(summary),
  ].join('\n');
  const embedder = result.last?.embedder;
  const facts = [
    `  run         ${result.runId}`,
    ...(embedder === undefined ? [] : [`  embedder    ${printable(embedder)}`]),
  ];
  return `${wrapIndented(text, columns)}\n\n${facts.map(style.dim).join('\n')}\n`;
}

function countsOf({ pages, items, chunks: { added, known, deleted, held, setAside } }: KnowledgeRunResult) {
  return { pages, items, added, unchanged: known, deleted, held, set_aside: setAside };
}

function countLines(result: KnowledgeRunResult, style: Style): string[] {
  const rows = Object.entries(countsOf(result)).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
  const width = Math.max(...rows.map(([, value]) => count(value).length));
  return rows.map(([name, value]) => {
    const line = `  ${name.replace('_', ' ').padEnd(12)}${count(value).padStart(width)}`;
    if (value === 0) return style.dim(line);
    return name === 'held' || name === 'set_aside' ? style.yellow(line) : line;
  });
}

function holdLines(summary: KnowledgeRunSummary, style: Style): string[] {
  const { chunks, holdReason } = summary.result;
  const release = knowledgeRelease(summary);
  if (release === null) return [];
  const lines =
    release.command === null
      ? [`    Everything else was applied. ${release.hint}`]
      : ['    Everything else was applied. If they are right, release them with', `      ${release.command}`];
  return [
    '',
    `  ${style.yellow(`! ${count(chunks.held)} deletes are held: ${printable(holdReason ?? '')}.`)}`,
    ...lines,
  ];
}

function setAsideLines({ chunks: { setAside } }: KnowledgeRunResult, style: Style): string[] {
  if (setAside === 0) return [];
  const texts = setAside === 1 ? '1 text' : `${count(setAside)} texts`;
  return [
    '',
    `  ${style.yellow(`! The embedding API refused ${texts}. Everything else was applied.`)}`,
    '    The log has each with its reason. They are not sent again.',
  ];
}

function placeLines({ command, result: { last } }: KnowledgeRunSummary): string[] {
  if (last === undefined) return [];
  if (last.done) return ['', '  The pass is complete. The next sync begins a new one.'];
  return [
    '',
    `  ${printable(last.url)} → ${printable(last.next ?? '')}`,
    '  The pass has more pages. Sync them with',
    `    gemini-sync-bridge ${printable(command)} --until-done`,
  ];
}

function kestraResult(summary: KnowledgeRunSummary): string {
  const { counts, release, ...outputs } = knowledgeRunJson(summary);
  const tags = { knowledge_source: outputs.knowledge_source, work: outputs.work };
  return kestraOutputs(kestraMetrics(counts, summary.durationMs, tags), {
    ...outputs,
    counts: known(counts),
    held_deletes: counts.held,
    release_command: release?.command ?? null,
    release_hint: release?.hint ?? null,
  });
}

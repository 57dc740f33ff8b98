import { explainCommandLine } from '../../app/run/process/run-command-line.ts';
import type { BridgeResult } from '../../app/run/bridge.ts';
import type { ExitStatus } from '../../core/exit-status.ts';
import { printable } from '../../core/text/printable.ts';
import { indentedJson } from './indented-json.ts';
import { releaseOf } from './release.ts';
import { count } from '../../core/text/count-text.ts';
import { type Style } from '../output/style.ts';
import { wrapIndented } from '../output/wrap.ts';

/** Follows the status of a run whose id has done its work before. */
export const ALREADY_COMPLETED = ' · already completed under this run id';

export interface SummaryOf {
  readonly connector: string;
  /** The command of the run as typed, without options that only affect output: `run --connector … --local`. */
  readonly command: string;
  readonly result: BridgeResult;
  readonly exitStatus: ExitStatus;
  /** True if the source reports deletes itself, so no complete listing is required. */
  readonly deletesAreSaid?: boolean;
  /** True if the command only deletes, so holding its deletes applies nothing else. */
  readonly onlyDeletes?: boolean;
  /** True with `--detailed-exit-code`. */
  readonly detailedExitCode?: boolean;
  readonly durationMs: number;
}

/**
 * Describes the result of a run for a person.
 * @param columns the width of the terminal; infinite for other outputs, which are not wrapped
 */
export function summaryText(summary: SummaryOf, style: Style, columns: number): string {
  const { result } = summary;
  const text = [
    ...factLines(summary, style),
    ...holdLines(summary, style),
    ...remarkLines(result, style),
    ...driftLines(result, style),
    ...sampleLines(result, style),
    ...rejectedLines(summary, style),
  ].join('\n');
  // Documents and places are not wrapped, so that they can be copied.
  return [wrapIndented(text, columns), ...documentLines(result), ...placeLines(result, style), ''].join('\n');
}

/** The same for Kestra, without what its log has as warnings: `noticesOf` and the warnings of the run. */
export function summaryWithoutNotices(summary: SummaryOf, style: Style): string {
  const { result } = summary;
  const samples = result.work === 'planned' ? sampleLines(result, style, PLANNED_CHANGES) : [];
  return [
    ...factLines(summary, style),
    ...unchangedLines(result),
    ...samples,
    ...documentLines(result),
    ...placeLines(result, style),
  ].join('\n');
}

function factLines(summary: SummaryOf, style: Style): string[] {
  return [
    headline(summary, style),
    '',
    ...countLines(summary, style),
    ...qualityLines(summary.result, style),
  ];
}

/** Describes the result for a program, as exactly one object. */
export function summaryJson(summary: SummaryOf): Record<string, unknown> {
  const { connector, result, exitStatus, durationMs } = summary;
  const { runId, status, work, counts, holdReason, remarks, artifacts, samples, documents, drift, rejected } =
    result;
  return {
    runId,
    connector,
    status,
    exitStatus,
    work,
    counts,
    holdReason,
    release: releaseOf(summary),
    truncated: remarks.truncated ?? false,
    unchanged: remarks.unchanged ?? false,
    ahead: remarks.ahead ?? null,
    artifacts,
    manifest: artifacts === null ? null : `${artifacts}/manifest.json`,
    durationMs: Math.round(durationMs),
    samples: samples ?? null,
    ...(documents !== undefined && { documents }),
    drift: drift ?? null,
    rejected,
  };
}

function headline({ connector, result, durationMs }: SummaryOf, style: Style): string {
  const seconds = `${(durationMs / 1_000).toFixed(1)} s`;
  if (result.work === 'planned')
    return `${style.bold(connector)}  ${style.cyan('DRY RUN')}  nothing was written · ${seconds}`;
  if (result.work === 'written')
    return `${style.bold(connector)}  ${style.cyan('DRY INGESTION')}  requests were written, nothing was sent · ${seconds}`;
  const paint = result.status === 'SUCCESS' ? style.green : style.yellow;
  const repeated = result.work === 'repeated' ? ALREADY_COMPLETED : '';
  return `${style.bold(connector)}  ${paint(result.status)}  ${seconds}${repeated}`;
}

function countLines({ result: { counts }, deletesAreSaid }: SummaryOf, style: Style): string[] {
  const unknown = 'not known (a delta query lists no deletes)';
  const rows: readonly (readonly [string, number | null])[] = [
    ['seen', counts.seen],
    ['unchanged', counts.unchanged],
    ...(counts.resent === undefined ? [] : [['sent again', counts.resent] as const]),
    ['added', counts.added],
    ['changed', counts.changed],
    ['deleted', counts.missing === null && deletesAreSaid !== true ? null : counts.deleted],
    ['held', counts.held],
    ['quarantined', counts.quarantined],
    ...(counts.rejected > 0 ? [['rejected', counts.rejected] as const] : []),
  ];
  const width = Math.max(...rows.map(([, value]) => (value === null ? 1 : count(value).length)));
  const warns = new Set(['held', 'quarantined', 'rejected']);
  return rows.map(([name, value]) => {
    if (value === null) return style.dim(`  ${name.padEnd(12)}${'–'.padStart(width)}  ${unknown}`);
    const line = `  ${name.padEnd(12)}${count(value).padStart(width)}`;
    if (value === 0) return style.dim(line);
    return warns.has(name) ? style.yellow(line) : line;
  });
}

/** Documents that were sent successfully but have quality defects for readers of the index. */
function qualityLines({ counts: { untitled = 0, empty = 0, unlinked = 0 } }: BridgeResult, style: Style) {
  const lacks = [
    [untitled, 'with an empty title'],
    [empty, 'with empty content'],
    [unlinked, 'without a link'],
  ] as const;
  const texts = lacks
    .filter(([lacking]) => lacking > 0)
    .map(([lacking, what]) => `${count(lacking)} ${what}`);
  return texts.length === 0 ? [] : ['', `  ${style.yellow(`! data quality: ${texts.join(', ')}`)}`];
}

function holdLines(summary: SummaryOf, style: Style): string[] {
  const { result } = summary;
  const release = releaseOf(summary);
  if (result.holdReason === null || release === null) return [];
  const planned = result.work === 'planned';
  const held = `${count(result.counts.held)} deletes ${planned ? 'would be' : 'are'} held`;
  const others = `Everything else ${planned ? 'would be' : 'was'} applied.`;
  const applied = summary.onlyDeletes === true ? 'Nothing was deleted.' : others;
  const lines =
    release.command === null
      ? [`    ${applied} ${release.hint.replace('. ', '.\n    ')}`]
      : [`    ${applied} If they are right, release them with`, `      ${release.command}`];
  return ['', `  ${style.yellow(`! ${held}: ${result.holdReason}.`)}`, ...lines];
}

function remarkLines(result: BridgeResult, style: Style): string[] {
  return [...unchangedLines(result), ...listingLines(result, style), ...aheadLines(result, style)];
}

function aheadLines({ remarks: { ahead } }: BridgeResult, style: Style): string[] {
  if (ahead === undefined) return [];
  const rows = ahead.rows === 1 ? '1 row has' : `${count(ahead.rows)} rows have`;
  return [
    '',
    `  ${style.yellow(`! ${rows} a watermark in the future, up to ${printable(ahead.highest)}.`)}`,
    '    The checkpoint stays before them, so every run reads them again. Correct them in the source.',
  ];
}

function unchangedLines({ remarks }: BridgeResult): string[] {
  return remarks.unchanged === true
    ? ['', '  The source says that nothing changed, so no row was read.']
    : [];
}

function listingLines({ remarks, holdReason, work }: BridgeResult, style: Style): string[] {
  // The hold reason has already been reported.
  if (remarks.truncated !== true || holdReason !== null) return [];
  return [
    '',
    `  ${style.yellow('! The listing of the source was not complete: there are rows that were not read.')}`,
    `    ${work === 'planned' ? 'What was read would be' : 'What was read was'} applied. The log of the run says why it stopped early.`,
  ];
}

function driftLines({ drift = [] }: BridgeResult, style: Style): string[] {
  if (drift.length === 0) return [];
  const lines = drift.map(
    ({ column, was, is }) =>
      `  ${style.yellow(`! column ${printable(column)} was ${was} in the last run and is ${is} now`)}`,
  );
  return ['', ...lines];
}

const PLANNED_CHANGES = ['added', 'changed', 'deleted'] as const;
const SET_ASIDE = ['held', 'quarantined'] as const;

function sampleLines(
  { samples, work, counts }: BridgeResult,
  style: Style,
  kinds: readonly ((typeof PLANNED_CHANGES)[number] | (typeof SET_ASIDE)[number])[] = work === 'planned'
    ? [...PLANNED_CHANGES, ...SET_ASIDE]
    : SET_ASIDE,
): string[] {
  if (samples === undefined) return [];
  return kinds.flatMap((kind) => {
    const shown = samples[kind];
    if (shown.length === 0) return [];
    const more = counts[kind] - shown.length;
    return [
      '',
      `  ${kind}${more > 0 ? ` (${shown.length} of ${count(counts[kind])})` : ''}`,
      ...shown.map((line) => `    ${style.dim(printable(line))}`),
    ];
  });
}

/** Line breaks are those of the indentation; JSON escapes all others. */
function documentLines({ documents }: BridgeResult): string[] {
  if (documents === undefined) return [];
  if (documents.length === 0) {
    return [
      '',
      '  No such document would be sent: it is unchanged, quarantined or not listed.',
      '    Add --resend to see unchanged documents too.',
    ];
  }
  return ['', '  would be sent', ...documents.map((document) => indentedJson(document))];
}

function rejectedLines({ result: { rejected, counts }, command }: SummaryOf, style: Style): string[] {
  const [first] = rejected;
  if (first === undefined) return [];
  const some = counts.rejected > rejected.length ? ` (${rejected.length} of ${count(counts.rejected)})` : '';
  const lines = rejected.map(({ docId, reason }) => `    ${style.dim(printable(`${docId}: ${reason}`))}`);
  return [
    '',
    `  rejected by the index${some}; the next run sends them again`,
    ...lines,
    '    See the title and the history of a document with',
    `      ${explainCommandLine(command, first.docId)}`,
  ];
}

function placeLines({ artifacts, runId }: BridgeResult, style: Style): string[] {
  if (artifacts === null) return [];
  return ['', style.dim(`  run         ${runId}`), style.dim(`  artifacts   ${printable(artifacts)}`)];
}

import type { CollectionResult, SyncResult } from '../../apps/sync-result.ts';
import type { ExitStatus } from '../../core/exit-status.ts';
import { count } from '../../core/text/count-text.ts';
import { printable } from '../../core/text/printable.ts';
import { releasedBy } from '../../pipeline/guard.ts';
import type { Style } from '../output/style.ts';
import { wrapIndented } from '../output/wrap.ts';
import { ALREADY_COMPLETED } from '../run-output/summary.ts';

export interface SyncSummary {
  readonly runId: string;
  readonly result: SyncResult;
  readonly exitStatus: ExitStatus;
  readonly dryRun: boolean;
  /** What an earlier process recorded under the run id, if it did the work; null otherwise. */
  readonly earlier: { readonly holdReason: string | null } | null;
  /** The command as typed, without the program: `sync --app crm`. */
  readonly command: string;
}

/** How held deletes are released. */
interface SyncRelease {
  /** Null if `--allow-deletes` does not help. */
  readonly command: string | null;
  readonly hint: string;
}

/** The statuses of syncs in the terms of runs. */
export const STATUS = { completed: 'SUCCESS', partial: 'PARTIAL', held: 'HELD', failed: 'FAILED' } as const;
const COUNTS = ['created', 'updated', 'deleted', 'unchanged', 'held', 'errors'] as const;

/** Null if no deletes are held. */
export function releaseOfSync(summary: Holding & Pick<SyncSummary, 'command'>): SyncRelease | null {
  const { command } = summary;
  const held = holdsOf(summary);
  if (held.length === 0) return null;
  const releasable = held.every(({ reason }) => releasedBy(reason) === 'allow_deletes');
  if (!releasable) {
    return {
      command: null,
      hint: 'A full sync that lists the collection completely releases them; --allow-deletes does not.',
    };
  }
  return {
    command: `gemini-sync-bridge ${printable(command)} --full --allow-deletes ${mostHeld(held)}`,
    hint: 'If they are right, release them with this command.',
  };
}

type Holding = Pick<SyncSummary, 'result' | 'earlier'>;

/** Held deletes of one collection, or of all of them for a result that was recorded earlier. */
interface Hold {
  readonly name: string;
  readonly held: number;
  readonly reason: string;
}

export function holdsOf({ result, earlier }: Holding): Hold[] {
  const reason = earlier?.holdReason ?? null;
  if (reason !== null) return [{ name: result.appKey, held: result.held, reason }];
  return result.collections.flatMap(({ collectionKey: name, held, holdReason }) =>
    holdReason === null ? [] : [{ name, held, reason: holdReason }],
  );
}

/** The first reason why deletes are held; null if none are. */
export function holdReasonOf(summary: Holding): string | null {
  return holdsOf(summary)[0]?.reason ?? null;
}

/** The number for `--allow-deletes`, which counts for each collection. */
export function mostHeld(holds: readonly Hold[]): number {
  return Math.max(...holds.map(({ held }) => held));
}

/**
 * Describes the result of a sync for a person.
 * @param columns the width of the terminal; infinite for other outputs, which are not wrapped
 */
export function syncText(summary: SyncSummary, style: Style, columns: number): string {
  const text = [
    ...factLines(summary, style),
    ...holdLines(summary, style),
    ...problemLines(summary.result, style),
    ...laterLines(summary.result, style),
  ].join('\n');
  return [wrapIndented(text, columns), ...runLines(summary, style), ''].join('\n');
}

/** The same for Kestra, without what `syncNotices` says. */
export function syncTextWithoutNotices(summary: SyncSummary, style: Style): string {
  return [...factLines(summary, style), ...runLines(summary, style)].join('\n');
}

function factLines(summary: SyncSummary, style: Style): string[] {
  return [headline(summary, style), '', ...table(summary.result, style)];
}

function runLines({ dryRun, runId }: SyncSummary, style: Style): string[] {
  return dryRun ? [] : ['', style.dim(`  run         ${runId}`)];
}

/** Describes the result for a program, as exactly one object. */
export function syncJson(summary: SyncSummary): Record<string, unknown> {
  const { runId, result, exitStatus } = summary;
  return {
    runId,
    app: result.appKey,
    status: STATUS[result.status],
    exitStatus,
    work: workOf(summary),
    mode: result.mode,
    counts: countsOf(result),
    collections: result.collections.map((collection) => ({
      collection: collection.collectionKey,
      mode: collection.mode,
      ...countsOf(collection),
      pages: collection.pages,
      holdReason: collection.holdReason,
      lastSyncedAt: collection.lastSyncedAt,
    })),
    problems: result.problems.map(({ collectionKey, code, message }) => ({
      collection: collectionKey,
      code,
      message,
    })),
    release: releaseOfSync(summary),
    nextRunAfter: result.nextRunAfter?.toISOString() ?? null,
    durationMs: Math.round(result.durationMs),
  };
}

export function workOf({ dryRun, earlier }: SyncSummary): 'planned' | 'done' | 'repeated' {
  if (dryRun) return 'planned';
  return earlier === null ? 'done' : 'repeated';
}

export function countsOf(counts: SyncResult | CollectionResult) {
  return Object.fromEntries(COUNTS.map((name) => [name, counts[name]]));
}

function headline(summary: SyncSummary, style: Style): string {
  const { result, dryRun } = summary;
  const seconds = `${(result.durationMs / 1_000).toFixed(1)} s`;
  const name = style.bold(printable(result.appKey));
  if (dryRun) return `${name}  ${style.cyan('DRY RUN')}  nothing was written · ${seconds}`;
  const paint = result.status === 'completed' ? style.green : style.yellow;
  const repeated = workOf(summary) === 'repeated' ? ALREADY_COMPLETED : '';
  return `${name}  ${paint(STATUS[result.status])}  ${result.mode} · ${seconds}${repeated}`;
}

/** One row for each collection, and one for all of them. */
function table(result: SyncResult, style: Style): string[] {
  const rows: readonly { readonly name: string; readonly counts: SyncResult | CollectionResult }[] = [
    ...result.collections.map((collection) => ({ name: nameOf(collection, result), counts: collection })),
    ...(result.collections.length === 1 ? [] : [{ name: 'total', counts: result }]),
  ];
  const nameWidth = Math.max(...rows.map(({ name }) => name.length), 0);
  const widths = COUNTS.map((column) =>
    Math.max(column.length, ...rows.map(({ counts }) => count(counts[column]).length)),
  );
  const head = COUNTS.map((column, index) => column.padStart(widths[index] ?? 0)).join('  ');
  return [
    style.dim(`  ${''.padEnd(nameWidth)}  ${head}`),
    ...rows.map(({ name, counts }) => {
      const cells = COUNTS.map((column, index) => {
        const cell = count(counts[column]).padStart(widths[index] ?? 0);
        if (counts[column] === 0) return style.dim(cell);
        return column === 'held' || column === 'errors' ? style.yellow(cell) : cell;
      });
      return `  ${name.padEnd(nameWidth)}  ${cells.join('  ')}`;
    }),
  ];
}

/** A collection that was read in full although changes were asked for says so. */
function nameOf({ collectionKey, mode }: CollectionResult, result: SyncResult): string {
  return mode === result.mode ? printable(collectionKey) : `${printable(collectionKey)} (${mode})`;
}

function holdLines(summary: SyncSummary, style: Style): string[] {
  const release = releaseOfSync(summary);
  if (release === null) return [];
  const planned = summary.dryRun;
  const reasons = holdsOf(summary).map(({ name, held, reason }) => {
    const what = `${count(held)} deletes ${planned ? 'would be' : 'are'} held`;
    return `  ${style.yellow(`! ${printable(name)}: ${what}: ${printable(reason)}.`)}`;
  });
  const how =
    release.command === null
      ? [`    ${release.hint}`]
      : ['    If they are right, release them with', `      ${release.command}`];
  return ['', ...reasons, ...how];
}

function problemLines({ problems, errors }: SyncResult, style: Style): string[] {
  if (problems.length === 0) return [];
  const some = errors > problems.length ? ` (${problems.length} of ${count(errors)})` : '';
  return [
    '',
    `  errors${some}`,
    ...problems.map(({ collectionKey, code, message }) =>
      style.yellow(`    ${printable(`${collectionKey}: ${code}: ${message}`)}`),
    ),
  ];
}

function laterLines({ nextRunAfter }: SyncResult, style: Style): string[] {
  if (nextRunAfter === undefined) return [];
  return [
    '',
    `  ${style.yellow(`! The API asks not to be called again before ${nextRunAfter.toISOString()}.`)}`,
  ];
}

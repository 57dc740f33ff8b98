import type { CollectionResult, SyncResult } from '../../apps/sync-result.ts';
import type { ExitStatus } from '../../core/exit-status.ts';
import { count } from '../../core/text/count-text.ts';
import { printable } from '../../core/text/printable.ts';
import { releasedBy } from '../../pipeline/guard.ts';
import type { Style } from '../output/style.ts';
import { wrapIndented } from '../output/wrap.ts';

export interface SyncSummary {
  readonly runId: string;
  readonly result: SyncResult;
  readonly exitStatus: ExitStatus;
  readonly dryRun: boolean;
  /** The command as typed, without the program: `sync --app crm`. */
  readonly command: string;
}

/** How held deletes are released. */
interface SyncRelease {
  /** Null if `--allow-deletes` does not help. */
  readonly command: string | null;
  readonly hint: string;
}

const STATUS = { completed: 'SUCCESS', partial: 'PARTIAL', held: 'HELD', failed: 'FAILED' } as const;
const COUNTS = ['created', 'updated', 'deleted', 'unchanged', 'held', 'errors'] as const;

/** Null if no deletes are held. */
function releaseOfSync({ result, command }: Pick<SyncSummary, 'result' | 'command'>): SyncRelease | null {
  const held = result.collections.filter(({ holdReason }) => holdReason !== null);
  if (held.length === 0) return null;
  const releasable = held.every(({ holdReason }) => releasedBy(holdReason ?? '') === 'allow_deletes');
  if (!releasable) {
    return {
      command: null,
      hint: 'A full sync that lists the collection completely releases them; --allow-deletes does not.',
    };
  }
  const most = Math.max(...held.map((collection) => collection.held));
  return {
    command: `gemini-sync-bridge ${printable(command)} --full --allow-deletes ${most}`,
    hint: 'If they are right, release them with this command.',
  };
}

/**
 * Describes the result of a sync for a person.
 * @param columns the width of the terminal; infinite for other outputs, which are not wrapped
 */
export function syncText(summary: SyncSummary, style: Style, columns: number): string {
  const text = [
    headline(summary, style),
    '',
    ...table(summary.result, style),
    ...holdLines(summary, style),
    ...problemLines(summary.result, style),
    ...laterLines(summary.result, style),
  ].join('\n');
  const run = summary.dryRun ? [] : ['', style.dim(`  run         ${summary.runId}`)];
  return [wrapIndented(text, columns), ...run, ''].join('\n');
}

/** Describes the result for a program, as exactly one object. */
export function syncJson(summary: SyncSummary): Record<string, unknown> {
  const { runId, result, exitStatus, dryRun } = summary;
  return {
    runId,
    app: result.appKey,
    status: STATUS[result.status],
    exitStatus,
    work: dryRun ? 'planned' : 'done',
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

function countsOf(counts: SyncResult | CollectionResult) {
  return Object.fromEntries(COUNTS.map((name) => [name, counts[name]]));
}

function headline({ result, dryRun }: SyncSummary, style: Style): string {
  const seconds = `${(result.durationMs / 1_000).toFixed(1)} s`;
  const name = style.bold(printable(result.appKey));
  if (dryRun) return `${name}  ${style.cyan('DRY RUN')}  nothing was written · ${seconds}`;
  const paint = result.status === 'completed' ? style.green : style.yellow;
  return `${name}  ${paint(STATUS[result.status])}  ${result.mode} · ${seconds}`;
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
  const reasons = summary.result.collections
    .filter(({ holdReason }) => holdReason !== null)
    .map(({ collectionKey, held, holdReason }) => {
      const what = `${count(held)} deletes ${planned ? 'would be' : 'are'} held`;
      return `  ${style.yellow(`! ${printable(collectionKey)}: ${what}: ${printable(holdReason ?? '')}.`)}`;
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

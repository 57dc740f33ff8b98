import type { Clock } from '../../core/time/clock.ts';
import type { Logger } from '../../core/log.ts';
import type { Observer } from '../../pipeline/ports/job.ts';
import type { Phase } from '../../pipeline/ports/ports.ts';
import type { OutputStream } from '../command-io.ts';
import { amount, count } from '../../core/text/count-text.ts';
import { type Style } from '../output/style.ts';
import { CLEAR_LINE } from '../output/terminal.ts';

export const PROGRESS_MODES = ['auto', 'bar', 'plain', 'json', 'off'] as const;
export type ProgressMode = (typeof PROGRESS_MODES)[number];

/** The bar is updated often enough to look alive and rarely enough to cost nothing. */
const BAR_INTERVAL_MS = 100;
/** Log collectors keep lines permanently, so only one line is written every ten seconds. */
const LINE_INTERVAL_MS = 10_000;
const BAR_WIDTH = 18;
/** The width of a terminal that does not report its width. */
const COLUMNS_DEFAULT = 80;

type Rows = Parameters<Observer['rows']>[0];

export interface Progress extends Required<Observer> {
  /** Writes to the same stream without breaking the bar. */
  write(text: string): void;
  /** Removes the bar; nothing is shown afterwards. */
  stop(): void;
}

interface Moment {
  readonly phase: Phase;
  /** True until the first batch arrives. */
  readonly connecting: boolean;
  /** The noun for what is read: `row`. */
  readonly noun: string;
  /** The approximate total number of rows; null if unknown. */
  readonly expectedRows: number | null;
  readonly rows: Rows;
  readonly rowsPerSecond: number;
  readonly elapsedMs: number;
}

/** Shows the progress at one moment. */
type Show = (moment: Moment) => void;

interface ProgressOptions {
  readonly mode: ProgressMode;
  readonly stderr: OutputStream;
  readonly style: Style;
  readonly log: () => Logger;
  readonly clock: Clock;
  /** The noun for what is read: `row` by default. */
  readonly noun?: string;
  /** Whether log lines have the counts as fields for programs too; otherwise their text says them once. */
  readonly withFields?: boolean;
}

/** Progress on stderr: a bar on a terminal, log lines elsewhere, JSON lines for programs. */
export function createProgress(options: ProgressOptions): Progress {
  const { mode, stderr, style, log, clock, noun = 'row', withFields = true } = options;
  const chosen = mode === 'auto' ? (stderr.isTTY === true ? 'bar' : 'plain') : mode;
  const withCounts: Show = (moment) => {
    const { phase, rows, rowsPerSecond } = moment;
    const text = moment.connecting ? 'connecting' : `${rowsText(moment)}, ${count(rowsPerSecond)}/s`;
    log().info(`${phase}: ${text}`, {
      phase,
      ...rows,
      rowsPerSecond,
    });
  };
  const plain = withFields ? withCounts : briefly(log);
  const json: Show = ({ phase, rows, expectedRows, rowsPerSecond, elapsedMs }) =>
    stderr.write(
      `${JSON.stringify({ progress: { phase, rows, expectedRows, rowsPerSecond, elapsedMs } })}\n`,
    );
  switch (chosen) {
    case 'bar':
      return barProgress(stderr, style, clock, noun);
    case 'plain':
      return timed(plain, LINE_INTERVAL_MS, clock, noun, (text) => stderr.write(text));
    case 'json':
      return timed(json, LINE_INTERVAL_MS, clock, noun, (text) => stderr.write(text));
    case 'off':
      return timed(
        () => undefined,
        Number.POSITIVE_INFINITY,
        clock,
        noun,
        (text) => stderr.write(text),
      );
  }
}

/** Log lines that say what is new since the line before: the counts do not change after the rows have been read. */
function briefly(log: () => Logger): Show {
  let said = '';
  return (moment) => {
    const { phase, connecting, rowsPerSecond } = moment;
    const text = connecting ? 'connecting' : changesText(moment);
    const rate = phase === 'extract' && !connecting ? `, ${count(rowsPerSecond)}/s` : '';
    log().info(text === said ? phase : `${phase}: ${text}${rate}`);
    said = text;
  };
}

/** `5,000 rows (12 added, 3 changed)`. */
function changesText(moment: Moment): string {
  const { added, changed, quarantined } = moment.rows;
  const changes = Object.entries({ added, changed, quarantined }).filter(([, rows]) => rows > 0);
  const texts = changes.map(([name, rows]) => `${count(rows)} ${name}`);
  return `${rowsText(moment)}${texts.length === 0 ? '' : ` (${texts.join(', ')})`}`;
}

function timed(
  show: Show,
  intervalMs: number,
  clock: Clock,
  noun: string,
  write: (text: string) => unknown,
): Progress {
  const startedMs = clock.elapsedMs();
  let shownMs = startedMs;
  let phase: Phase = 'extract';
  let connecting = true;
  let expectedRows: number | null = null;
  let rows: Rows = { seen: 0, unchanged: 0, added: 0, changed: 0, quarantined: 0 };
  const present = (): void => {
    const now = clock.elapsedMs();
    shownMs = now;
    const elapsedMs = Math.round(now - startedMs);
    const rowsPerSecond = Math.round((rows.seen * 1_000) / Math.max(elapsedMs, 1));
    const { seen, unchanged, added, changed, quarantined } = rows;
    const counts = { seen, unchanged, added, changed, quarantined };
    show({ phase, connecting, noun, expectedRows, rows: counts, rowsPerSecond, elapsedMs });
  };
  return {
    phase(next) {
      phase = next;
      // A run that reads nothing proceeds to the next phase, so it is no longer connecting.
      connecting &&= next === 'extract';
      if (next !== 'extract') expectedRows = null;
      present();
    },
    expected(next) {
      expectedRows = next;
    },
    rows(next) {
      const first = connecting;
      connecting = false;
      rows = next;
      // The next batch of a slow source may be minutes away, and the bar must not show "connecting" until then.
      if (first && intervalMs === BAR_INTERVAL_MS) present();
      else if (clock.elapsedMs() - shownMs >= intervalMs) present();
    },
    write: (text) => {
      write(text);
    },
    stop: () => undefined,
  };
}

/** `14,000 of about 20,400 rows`; without the second figure if it is unknown or was too low. */
function rowsText({ rows: { seen }, expectedRows, noun }: Moment): string {
  return expectedRows !== null && expectedRows >= seen
    ? `${count(seen)} of about ${amount(expectedRows, noun)}`
    : amount(seen, noun);
}

/** The total number of rows is at best an estimate, so the bar shows movement and rate, but no percentage. */
function barProgress(stderr: OutputStream, style: Style, clock: Clock, noun: string): Progress {
  let drawn = '';
  let tick = 0;
  let stopped = false;
  const draw: Show = (moment) => {
    const { phase, connecting, rows, rowsPerSecond, elapsedMs } = moment;
    if (stopped) return;
    tick += 1;
    const changes = count(rows.added + rows.changed);
    const figures = connecting
      ? 'connecting…'
      : `${rowsText(moment)} · ${count(rowsPerSecond)}/s · ${changes} changes · ${Math.round(elapsedMs / 1_000)} s`;
    const text = `${phase.padEnd(8)}${figures}`;
    // One column stays free: a full line would wrap to the next one, which would then not be cleared.
    const room = (stderr.columns ?? COLUMNS_DEFAULT) - BAR_WIDTH - 2;
    drawn = `${style.cyan(movingBar(tick))} ${text.slice(0, Math.max(room, 0))}`;
    stderr.write(`${CLEAR_LINE}${drawn}`);
  };
  const base = timed(draw, BAR_INTERVAL_MS, clock, noun, () => undefined);
  return {
    ...base,
    write(text) {
      stderr.write(drawn === '' ? text : `${CLEAR_LINE}${text}${stopped ? '' : drawn}`);
    },
    stop() {
      stopped = true;
      if (drawn !== '') stderr.write(CLEAR_LINE);
      drawn = '';
    },
  };
}

function movingBar(tick: number): string {
  const span = BAR_WIDTH - 4;
  const there = tick % (2 * span);
  const at = there < span ? there : 2 * span - there;
  return `${'─'.repeat(at)}━━━━${'─'.repeat(span - at)}`;
}

import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import type { Observer } from '../../pipeline/ports/job.ts';
import type { Phase } from '../../pipeline/ports/ports.ts';
import type { OutputStream } from '../command-io.ts';
import { count, type Style } from '../output/style.ts';
import { CLEAR_LINE } from '../output/terminal.ts';

export const PROGRESS_MODES = ['auto', 'bar', 'plain', 'json', 'off'] as const;
export type ProgressMode = (typeof PROGRESS_MODES)[number];

/** A bar moves often enough to look alive and seldom enough to cost nothing. */
const BAR_INTERVAL_MS = 100;
/** Lines are kept by log collectors for ever: one every ten seconds. */
const LINE_INTERVAL_MS = 10_000;
const BAR_WIDTH = 18;
/** Of a terminal that does not say how wide it is. */
const COLUMNS_DEFAULT = 80;

type Rows = Parameters<Observer['rows']>[0];

export interface Progress extends Observer {
  /** Writes to the same stream without tearing the bar apart. */
  write(text: string): void;
  /** Takes the bar away; nothing is shown afterwards. */
  stop(): void;
}

interface Moment {
  readonly phase: Phase;
  readonly rows: Rows;
  readonly rowsPerSecond: number;
  readonly elapsedMs: number;
}

/** Shows one moment; `final` at the end of a phase. */
type Show = (moment: Moment) => void;

/** Progress on stderr: a bar on a terminal, log lines elsewhere, JSON lines for programs. */
export function createProgress(
  mode: ProgressMode,
  stderr: OutputStream,
  style: Style,
  log: () => Logger,
  clock: Clock,
): Progress {
  const chosen = mode === 'auto' ? (stderr.isTTY === true ? 'bar' : 'plain') : mode;
  const plain: Show = ({ phase, rows, rowsPerSecond }) => {
    log().info(`${phase}: ${count(rows.seen)} rows, ${count(rowsPerSecond)}/s`, {
      phase,
      ...rows,
      rowsPerSecond,
    });
  };
  const json: Show = (moment) => stderr.write(`${JSON.stringify({ progress: moment })}\n`);
  switch (chosen) {
    case 'bar':
      return barProgress(stderr, style, clock);
    case 'plain':
      return timed(plain, LINE_INTERVAL_MS, clock, (text) => stderr.write(text));
    case 'json':
      return timed(json, LINE_INTERVAL_MS, clock, (text) => stderr.write(text));
    case 'off':
      return timed(
        () => undefined,
        Number.POSITIVE_INFINITY,
        clock,
        (text) => stderr.write(text),
      );
  }
}

function timed(show: Show, intervalMs: number, clock: Clock, write: (text: string) => unknown): Progress {
  const startedMs = clock.elapsedMs();
  let shownMs = startedMs;
  let phase: Phase = 'extract';
  let rows: Rows = { seen: 0, unchanged: 0, added: 0, changed: 0, quarantined: 0 };
  const present = (): void => {
    const now = clock.elapsedMs();
    shownMs = now;
    const elapsedMs = Math.round(now - startedMs);
    const rowsPerSecond = Math.round((rows.seen * 1_000) / Math.max(elapsedMs, 1));
    const { seen, unchanged, added, changed, quarantined } = rows;
    show({ phase, rows: { seen, unchanged, added, changed, quarantined }, rowsPerSecond, elapsedMs });
  };
  return {
    phase(next) {
      phase = next;
      present();
    },
    rows(next) {
      rows = next;
      if (clock.elapsedMs() - shownMs >= intervalMs) present();
    },
    write: (text) => {
      write(text);
    },
    stop: () => undefined,
  };
}

/** How many rows there will be is not known before the end, so the bar shows movement and rate, and no percentage. */
function barProgress(stderr: OutputStream, style: Style, clock: Clock): Progress {
  let drawn = '';
  let tick = 0;
  let stopped = false;
  const draw: Show = ({ phase, rows, rowsPerSecond, elapsedMs }) => {
    if (stopped) return;
    tick += 1;
    const changes = count(rows.added + rows.changed);
    const text = `${phase.padEnd(8)}${count(rows.seen)} rows · ${count(rowsPerSecond)}/s · ${changes} changes · ${Math.round(elapsedMs / 1_000)} s`;
    // One column stays free: a line that is full goes on in the next one, which is then not cleared.
    const room = (stderr.columns ?? COLUMNS_DEFAULT) - BAR_WIDTH - 2;
    drawn = `${style.cyan(movingBar(tick))} ${text.slice(0, Math.max(room, 0))}`;
    stderr.write(`${CLEAR_LINE}${drawn}`);
  };
  const base = timed(draw, BAR_INTERVAL_MS, clock, () => undefined);
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

import { describe, expect, test } from '@jest/globals';
import { createProgress, type ProgressMode } from '../../../src/cli/run-output/progress.ts';
import { styleFor } from '../../../src/cli/output/style.ts';
import { guarded } from '../../../src/cli/output/terminal.ts';
import { jsonFormat, createLogger, type LogFields } from '../../../src/core/log.ts';

const CLEAR_LINE = '\r\u001B[2K';
const ROWS = { seen: 1_000, unchanged: 700, added: 200, changed: 90, quarantined: 10 };

/** A stream that records its output, a clock that moves only when told, and progress on them. */
function watched(
  mode: ProgressMode,
  { isTTY = false, columns = 80, noColor = true, withFields = true } = {},
) {
  let nowMs = 5_000;
  let out = '';
  const logged: LogFields[] = [];
  const stream = guarded({ write: (text) => (out += text), isTTY, columns });
  const log = createLogger({
    write: (line) => logged.push(JSON.parse(line) as LogFields),
    level: 'info',
    format: jsonFormat,
    now: () => new Date(0),
    redact: (line) => line,
  });
  const clock = { now: () => new Date(0), elapsedMs: () => nowMs };
  const progress = createProgress({
    mode,
    stderr: stream,
    style: styleFor(stream, noColor),
    log: () => log,
    clock,
    withFields,
  });
  return {
    progress,
    logged,
    wait: (ms: number) => {
      nowMs += ms;
    },
    /** What was written since the last look. */
    written: () => {
      const since = out;
      out = '';
      return since;
    },
  };
}

/** What a terminal shows on its last line. */
const visible = (out: string) => out.slice(out.lastIndexOf(CLEAR_LINE) + CLEAR_LINE.length);

describe('a bar', () => {
  test('is what a terminal gets by itself', () => {
    const { progress, written } = watched('auto', { isTTY: true });
    progress.phase('extract');
    expect(written()).toMatch(/━━━━.* extract /);
  });

  test('says that it connects before the first row, and shows the first rows at once', () => {
    const { progress, written } = watched('bar', { isTTY: true });
    progress.phase('extract');
    expect(visible(written())).toMatch(/ extract connecting…$/);
    progress.rows({ ...ROWS, seen: 1 });
    expect(visible(written())).toContain('extract 1 row ');
  });

  test('says of how many rows, about, until it has read them all or there are more', () => {
    const { progress, wait, written } = watched('bar', { isTTY: true });
    progress.phase('extract');
    progress.expected(20_400);
    progress.rows({ ...ROWS, seen: 14_000 });
    expect(visible(written())).toContain('14,000 of about 20,400 rows · ');
    wait(100);
    progress.rows({ ...ROWS, seen: 20_401 });
    expect(visible(written())).toContain('extract 20,401 rows · ');
    progress.rows({ ...ROWS, seen: 14_001 });
    progress.phase('publish');
    expect(visible(written())).toContain('publish 14,001 rows · ');
  });

  test('does not connect in a later phase of a run without rows', () => {
    const { progress, written } = watched('bar', { isTTY: true });
    progress.phase('extract');
    progress.phase('publish');
    expect(visible(written())).toContain('publish 0 rows');
  });

  test('shows rows, rate and changes, and moves ten times a second at most', () => {
    const { progress, wait, written } = watched('bar', { isTTY: true });
    progress.phase('extract');
    progress.rows(ROWS);
    const first = visible(written());
    wait(99);
    progress.rows(ROWS);
    expect(written()).toBe('');
    wait(1);
    progress.rows(ROWS);
    const second = visible(written());
    expect(second).toContain('1,000 rows · 10,000/s · 290 changes · 0 s');
    expect(second.split(' ')[0]).not.toBe(first.split(' ')[0]);
  });

  test('is taken away at the end, and nothing is drawn afterwards', () => {
    const { progress, wait, written } = watched('bar', { isTTY: true });
    progress.phase('extract');
    written();
    progress.stop();
    expect(written()).toBe(CLEAR_LINE);
    wait(1_000);
    progress.rows(ROWS);
    progress.phase('publish');
    progress.stop();
    expect(written()).toBe('');
    progress.write('a log line\n');
    expect(written()).toBe('a log line\n');
  });

  test('makes room for a log line and comes back below it', () => {
    const { progress, written } = watched('bar', { isTTY: true });
    progress.write('before the bar\n');
    expect(written()).toBe('before the bar\n');
    progress.phase('extract');
    const bar = visible(written());
    progress.write('a log line\n');
    expect(written()).toBe(`${CLEAR_LINE}a log line\n${bar}`);
  });

  test.each([20, 40, 80, 200])('fits a terminal of %i columns', (columns) => {
    const { progress, wait, written } = watched('bar', { isTTY: true, columns });
    progress.phase('extract');
    wait(3_600_000);
    progress.rows({ ...ROWS, seen: 123_456_789, added: 12_345_678 });
    expect(visible(written()).length).toBeLessThan(columns);
  });

  test.each([
    [false, true],
    [true, false],
  ])('with NO_COLOR %p has colours %p', (noColor, coloured) => {
    const { progress, written } = watched('bar', { isTTY: true, noColor });
    progress.phase('extract');
    expect(written().includes('\u001B[36m')).toBe(coloured);
  });
});

describe('lines', () => {
  test('plain is what anything but a terminal gets by itself: one per phase, and one each ten seconds', () => {
    const { progress, logged, wait, written } = watched('auto');
    progress.phase('extract');
    wait(9_999);
    progress.rows(ROWS);
    expect(logged).toHaveLength(1);
    wait(1);
    progress.rows(ROWS);
    expect(logged.at(-1)).toMatchObject({
      message: 'extract: 1,000 rows, 100/s',
      phase: 'extract',
      rowsPerSecond: 100,
      ...ROWS,
    });
    progress.phase('publish');
    expect(logged).toHaveLength(3);
    expect(written()).toBe('');
  });

  test('without fields say each number once, and after the last row only what is new', () => {
    const { progress, logged, wait } = watched('plain', { withFields: false });
    progress.phase('extract');
    wait(10_000);
    progress.rows(ROWS);
    progress.rows({ ...ROWS, seen: 1_002, added: 202 });
    for (const phase of ['publish', 'ingest', 'commit'] as const) progress.phase(phase);
    expect(logged.map(({ message }) => message)).toEqual([
      'extract: connecting',
      'extract: 1,000 rows (200 added, 90 changed, 10 quarantined), 100/s',
      'publish: 1,002 rows (202 added, 90 changed, 10 quarantined)',
      'ingest',
      'commit',
    ]);
    expect(Object.keys(logged[1] ?? {}).toSorted()).toEqual(['level', 'message', 'time']);
  });

  test('json are objects', () => {
    const { progress, wait, written } = watched('json');
    progress.phase('extract');
    wait(10_000);
    progress.rows(ROWS);
    const [, second] = written()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(second).toEqual({
      progress: { phase: 'extract', rows: ROWS, expectedRows: null, rowsPerSecond: 100, elapsedMs: 10_000 },
    });
  });

  test('off are none, and log lines pass', () => {
    const { progress, wait, logged, written } = watched('off', { isTTY: true });
    progress.phase('extract');
    wait(1_000_000);
    progress.rows(ROWS);
    progress.stop();
    expect(logged).toEqual([]);
    expect(written()).toBe('');
    progress.write('a log line\n');
    expect(written()).toBe('a log line\n');
  });
});

import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { BridgeResult } from '../../../src/app/run/bridge.ts';
import { EXIT } from '../../../src/core/exit-status.ts';
import { styleFor } from '../../../src/cli/output/style.ts';
import { summaryJson, summaryText } from '../../../src/cli/run-output/summary.ts';
import { onTerminal } from '../../support/processes/on-terminal.ts';
import { runCounts } from '../../support/pipeline/run-counts.ts';

const plain = styleFor({ write: () => undefined }, true);
const coloured = styleFor({ write: () => undefined, isTTY: true }, false);

function resultOf(changes: Partial<BridgeResult> = {}): BridgeResult {
  return {
    runId: 'r1',
    status: 'SUCCESS',
    work: 'done',
    counts: runCounts({ seen: 12_345, unchanged: 12_300, added: 40, changed: 5, missing: 2, deleted: 2 }),
    holdReason: null,
    remarks: {},
    manifestName: 'connectors/hr/runs/r1/manifest.json',
    rejected: [],
    drift: [],
    samples: { added: ['hr:1'], changed: ['hr:2'], deleted: ['hr:3'], held: [], quarantined: [] },
    artifacts: 'file:///bucket/connectors/hr/runs/r1',
    watermark: null,
    ...changes,
  };
}

const summaryOf = (result: BridgeResult) => ({
  connector: 'hr',
  command: 'run --connector hr.yaml --local',
  result,
  exitStatus: EXIT.done,
  durationMs: 1_234,
});
const text = (result: BridgeResult) => summaryText(summaryOf(result), plain, Infinity);

const held = resultOf({
  status: 'HELD',
  counts: { ...resultOf().counts, missing: 1_500, deleted: 0, held: 1_500 },
  holdReason: '1500 deletes are more than 25',
  samples: { added: ['hr:1'], changed: [], deleted: [], held: ['hr:7', 'hr:8'], quarantined: [] },
});

describe('the summary for a person', () => {
  test('says under data quality what documents that were sent lack, and nothing where they lack nothing', () => {
    const counts = { ...resultOf().counts, untitled: 1_200, unlinked: 3 };
    expect(text(resultOf({ counts }))).toContain(
      '  ! data quality: 1,200 with an empty title, 3 without a link\n',
    );
    expect(text(resultOf({ counts: { ...counts, empty: 7 } }))).toContain('title, 7 with empty content, 3');
    expect(text(resultOf())).not.toContain('data quality');
  });

  test('keeps on its line what comes from outside, with line breaks and escape sequences', () => {
    const rejected = [
      { docId: 'hr:\u001B[2J1', reason: 'line one\r\nline two\u2028three', outcome: 'refused' as const },
    ];
    const lines = text(resultOf({ counts: { ...resultOf().counts, rejected: 1 }, rejected })).split('\n');
    expect(lines).toContain(String.raw`    hr:\u001b[2J1: line one line two three`);
  });

  test('names the columns that have another kind now', () => {
    const drift = [{ column: 'team\u001B[2J', was: 'text', is: 'array of text' }];
    expect(text(resultOf({ drift })).split('\n')).toContain(
      String.raw`  ! column team\u001b[2J was text in the last run and is array of text now`,
    );
    expect(text(resultOf({ drift: undefined }))).not.toContain('column');
  });

  test('says what was seen and done, and where it is', () => {
    expect(text(resultOf())).toBe(
      [
        'hr  SUCCESS  1.2 s',
        '',
        '  seen        12,345',
        '  unchanged   12,300',
        '  added           40',
        '  changed          5',
        '  deleted          2',
        '  held             0',
        '  quarantined      0',
        '',
        '  run         r1',
        '  artifacts   file:///bucket/connectors/hr/runs/r1',
        '',
      ].join('\n'),
    );
  });

  test('of held deletes gives the reason, the command that releases them, and examples', () => {
    expect(text(held)).toContain(
      [
        '  ! 1,500 deletes are held: 1500 deletes are more than 25.',
        '    Everything else was applied. If they are right, release them with',
        '      gemini-sync-bridge run --connector hr.yaml --local --allow-deletes 1500',
        '',
        '  held (2 of 1,500)',
        '    hr:7',
        '    hr:8',
      ].join('\n'),
    );
  });

  test.each([
    [
      'the listing of the source was not complete',
      ['The log of the run says why the listing stopped early.', 'A complete one releases'],
    ],
    [
      '2 rows could not be identified, and may be among the missing ones',
      ['Let the source send those rows shorter', 'Then the next run decides'],
    ],
  ] as const)(
    'of deletes held by a listing that proves none says what helps instead: %s',
    (holdReason, words) => {
      const out = text({ ...held, holdReason });
      for (const part of words) expect(out).toContain(part);
      expect(out).not.toContain('gemini-sync-bridge run');
      expect(out).toContain('1,500 deletes are held');
      expect(out).not.toContain('there are rows that were not read');
    },
  );

  test('says that the source did not list everything, and that it says nothing changed', () => {
    const cut = text(resultOf({ status: 'PARTIAL', remarks: { truncated: true } }));
    expect(cut).toContain('! The listing of the source was not complete: there are rows that were not read.');
    expect(cut).toContain('What was read was applied.');
    const planned = text(resultOf({ work: 'planned', remarks: { truncated: true } }));
    expect(planned).toContain('What was read would be applied.');
    const same = text(resultOf({ remarks: { unchanged: true } }));
    expect(same).toContain('\n  The source says that nothing changed, so no row was read.\n');
    expect(text(resultOf())).not.toMatch(/listing|nothing changed/);
  });

  test('of a plan does not say that anything was applied', () => {
    const out = text({ ...held, work: 'planned', artifacts: null, manifestName: null });
    expect(out).toMatch(/^hr {2}DRY RUN {2}nothing was written · 1\.2 s\n/);
    expect(out).toContain('1,500 deletes would be held');
    expect(out).not.toContain('was applied');
    expect(out).toContain('  added (1 of 40)\n    hr:1\n');
    expect(out).not.toContain('artifacts');
  });

  test('shows what is not known as not known, and never as 0', () => {
    const out = text(resultOf({ counts: { ...resultOf().counts, missing: null, deleted: 0 } }));
    expect(out).toMatch(/deleted +– {2}not known \(a delta query lists no deletes\)/);
  });

  test('of repeated work says that nothing was done', () => {
    expect(text(resultOf({ work: 'repeated', samples: undefined }))).toMatch(
      /^hr {2}SUCCESS {2}1\.2 s · already completed under this run id\n/,
    );
  });

  test('names the command that shows the title of a document which the index rejected', () => {
    const rejected = [{ docId: "hr:O'Hara", reason: 'too large', outcome: 'refused' as const }];
    expect(text(resultOf({ counts: { ...resultOf().counts, rejected: 1 }, rejected }))).toContain(
      "      gemini-sync-bridge explain --connector hr.yaml --local --doc 'hr:O'\\''Hara'\n",
    );
  });

  test('has a line for rejected documents only when there are any', () => {
    expect(text(resultOf())).not.toContain('rejected');
    expect(text(resultOf({ counts: { ...resultOf().counts, rejected: 3 } }))).toMatch(/rejected +3\n/);
  });

  test.each([40, 80, 120])('breaks lines of quarantined rows between words at %i columns', (columns) => {
    const reason =
      'CONTENT_TOO_LARGE, its content has 12345678 bytes, of 1000000 allowed, and no more than that';
    const quarantined = [`hr:7 (people.csv, line 4, row 7): ${reason}`];
    const samples = { added: [], changed: [], deleted: [], held: [], quarantined };
    const counts = { ...held.counts, quarantined: 1 };
    const result = { ...held, counts, samples };
    const painted = onTerminal(summaryText(summaryOf(result), coloured, columns));
    const lines = stripVTControlCharacters(painted).split('\n');
    const from = lines.indexOf('  quarantined') + 1;
    const row = lines.slice(from, lines.indexOf('', from));
    expect(row.join(' ').replaceAll(/ +/g, ' ').trim()).toBe(quarantined[0]);
    expect(Math.max(...row.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(row.slice(1).every((line) => /^ {6}\S/.test(line))).toBe(true);
    expect(lines).toContain('      gemini-sync-bridge run --connector hr.yaml --local --allow-deletes 1500');
  });

  test('has colours on a terminal, and the same words', () => {
    const painted = onTerminal(summaryText(summaryOf(held), coloured, Infinity));
    expect(painted).toContain('\u001B[33mHELD\u001B[0m');
    // eslint-disable-next-line no-control-regex -- escape sequences are what it removes
    expect(painted.replaceAll(/\u001B\[\d+m/g, '')).toBe(text(held));
  });
});

test('the summary for a program has everything under its own name', () => {
  expect(summaryJson(summaryOf(resultOf()))).toEqual({
    runId: 'r1',
    connector: 'hr',
    status: 'SUCCESS',
    exitStatus: 0,
    work: 'done',
    counts: resultOf().counts,
    holdReason: null,
    release: null,
    truncated: false,
    unchanged: false,
    ahead: null,
    artifacts: 'file:///bucket/connectors/hr/runs/r1',
    manifest: 'file:///bucket/connectors/hr/runs/r1/manifest.json',
    durationMs: 1_234,
    rejected: [],
    drift: [],
    samples: resultOf().samples,
  });
});

test('the summary for a program says how held deletes are released, or why they cannot be', () => {
  expect(summaryJson(summaryOf(held))).toMatchObject({
    release: {
      command: 'gemini-sync-bridge run --connector hr.yaml --local --allow-deletes 1500',
      hint: expect.stringContaining('If they are right'),
    },
  });
  for (const holdReason of [
    'the listing of the source was not complete',
    '2 rows could not be identified, and may be among the missing ones',
  ]) {
    expect(summaryJson(summaryOf({ ...held, holdReason }))).toMatchObject({
      release: { command: null, hint: expect.stringContaining('--allow-deletes does not') },
    });
  }
});

test('the summary for a program says what is to be known of the listing', () => {
  expect(summaryJson(summaryOf(resultOf({ remarks: { truncated: true } })))).toMatchObject({
    truncated: true,
  });
  expect(summaryJson(summaryOf(resultOf({ remarks: { unchanged: true } })))).toMatchObject({
    unchanged: true,
  });
});

test('rows with a watermark in the future are counted, and their latest value is shown', () => {
  const ahead = { rows: 2, highest: '2206-01-01 00:00:00+00' };
  expect(text(resultOf({ remarks: { ahead } }))).toContain(
    '2 rows have a watermark in the future, up to 2206-01-01 00:00:00+00.',
  );
});

import { describe, expect, test } from '@jest/globals';
import { githubReport, jsonReport, textReport } from '../../../src/cli/output/check-drift-report.ts';
import { styleFor } from '../../../src/cli/output/style.ts';
import type { DriftFinding } from '../../../src/app/drift/drift-finding.ts';
import { onTerminal } from '../../support/processes/on-terminal.ts';

const plain = styleFor({ write: () => undefined }, true);
const coloured = styleFor({ write: () => undefined, isTTY: true }, false);

const shared = { connector: null, file: null };
const hr = { comparer: 'columns', connector: 'hr', file: 'connectors/hr.yaml' };
const FINDINGS: readonly DriftFinding[] = [
  { ...shared, comparer: 'state', status: 'ok', what: 'The schema is current.' },
  { ...hr, status: 'drift', what: 'No "x", 100%.\nAnd so on.', fix: 'Add it.' },
  { ...hr, status: 'failed', what: 'Nobody\u001B[2J answers.', fix: 'Start it.', code: 'SOURCE_UNREACHABLE' },
  { ...hr, status: 'warn', what: 'Perhaps.', fix: 'Look.' },
  { ...shared, comparer: 'data-store', status: 'skipped', what: 'Not compared: it takes --live.' },
];

describe('the report for a person', () => {
  test('has a line for each comparison, what to do below, and the sums last', () => {
    expect(textReport(FINDINGS, plain).split('\n')).toEqual([
      'ok    state       The schema is current.',
      'drift columns hr  No "x", 100%.',
      '                  And so on.',
      '                  → Add it.',
      String.raw`fail  columns hr  Nobody\u001b[2J answers.`,
      '                  → Start it.',
      'warn  columns hr  Perhaps.',
      '                  → Look.',
      'skip  data-store  Not compared: it takes --live.',
      '',
      '1 ok, 1 warning, 1 drifted, 1 failed, 1 skipped.',
      '',
    ]);
  });

  test('is no wider than a narrow terminal', () => {
    const lines = textReport(FINDINGS, plain, 40).split('\n');
    expect(lines).toContain('drift columns hr');
    expect(Math.max(...lines.slice(0, -2).map((line) => line.length))).toBeLessThanOrEqual(40);
  });

  test('has colours on a terminal, and the same words', () => {
    const painted = onTerminal(textReport(FINDINGS, coloured));
    expect(painted).toContain('\u001B[31mdrift ');
    // eslint-disable-next-line no-control-regex -- escape sequences are what it removes
    expect(painted.replaceAll(/\u001B\[\d+m/g, '')).toBe(textReport(FINDINGS, plain));
  });
});

test('the report for a program has everything under its own name', () => {
  expect(JSON.parse(jsonReport(FINDINGS.slice(1, 3)))).toEqual({
    ok: false,
    exitStatus: 65,
    passed: 0,
    warnings: 0,
    drifts: 1,
    failures: 1,
    skipped: 0,
    findings: [
      { ...hr, status: 'drift', message: 'No "x", 100%.\nAnd so on.', fix: 'Add it.', code: null },
      {
        ...hr,
        status: 'failed',
        message: 'Nobody\u001B[2J answers.',
        fix: 'Start it.',
        code: 'SOURCE_UNREACHABLE',
      },
    ],
  });
});

test('the report for GitHub has what is wrong beside its file, on one line each, and the sums', () => {
  const shown: DriftFinding = {
    ...shared,
    comparer: 'state',
    status: 'drift',
    what: 'Old.',
    fix: 'Migrate.',
  };
  expect(githubReport([...FINDINGS.slice(0, 2), ...FINDINGS.slice(3), shown])).toBe(
    [
      '::error file=connectors/hr.yaml,title=columns hr::No "x", 100%25.%0AAnd so on. Add it.',
      '::warning file=connectors/hr.yaml,title=columns hr::Perhaps. Look.',
      '::error title=state::Old. Migrate.',
      '1 ok, 1 warning, 2 drifted, 0 failed, 1 skipped.',
      '',
    ].join('\n'),
  );
});

import { describe, expect, test } from '@jest/globals';
import { githubReport } from '../../../../src/cli/output/findings/finding-github.ts';
import { jsonReport } from '../../../../src/cli/output/findings/finding-json.ts';
import { summaryOf, type FindingReport } from '../../../../src/cli/output/findings/finding-report.ts';
import { textReport } from '../../../../src/cli/output/findings/finding-text.ts';
import { styleFor } from '../../../../src/cli/output/style.ts';
import type { Finding } from '../../../../src/core/finding.ts';
import { onTerminal } from '../../../support/processes/on-terminal.ts';

const plain = styleFor({ write: () => undefined }, true);
const coloured = styleFor({ write: () => undefined, isTTY: true }, false);

const OK: Finding = { subject: 'state', status: 'ok', message: 'It can be read.' };
const SKIP: Finding = { subject: 'service agent', status: 'skip', message: 'Not checked: no bucket.' };
const WARN: Finding = {
  subject: 'deletes',
  status: 'warn',
  message: 'The caller may not purge, so that deletes of a run go one by one.',
  fix: 'Grant roles/discoveryengine.admin, or a custom role that has the permission to purge.',
};
const FAIL: Finding = {
  subject: 'bucket',
  status: 'fail',
  message: 'There is no bucket.',
  fix: 'Create it.',
  code: 'ARTIFACT_BUCKET_MISSING',
};
const DRIFT: Finding = {
  subject: 'columns hr',
  status: 'drift',
  message: 'No "x", 100%.\nAnd so on.',
  fix: 'Add it.',
  place: { file: 'a,b:c.yaml' },
};
const IN_FILE: Finding = {
  subject: 'spec.mode',
  status: 'fail',
  message: 'mode is "sql_pul", which is not one of the allowed values. Did you mean sql_pull?',
  fix: 'mode: sql_pull',
  place: { file: 'connectors/hr.yaml', line: 6, column: 3 },
  code: 'wrong_value',
};
const FILE_MISSING: Finding = {
  subject: '',
  status: 'fail',
  message: 'The file does not exist.',
  fix: 'another path',
  place: { file: 'nope' },
  code: 'file_unreadable',
};
const ALL = [OK, WARN, DRIFT, FAIL, SKIP];

function report(findings: readonly Finding[], more: Partial<FindingReport> = {}): FindingReport {
  return { findings, exitStatus: 78, summary: summaryOf(findings, ['ok', 'fail']), ...more };
}
const text = (findings: readonly Finding[], columns = Infinity, more: Partial<FindingReport> = {}) =>
  textReport(report(findings, more), plain, columns);
// eslint-disable-next-line no-control-regex -- escape sequences are what it removes
const bare = (painted: string) => onTerminal(painted).replaceAll(/\u001B\[\d+m/g, '');

describe('the summary', () => {
  test('counts every status that was found, and those that are always named', () => {
    expect(summaryOf(ALL, [])).toBe('1 ok, 1 warning, 1 drifted, 1 failed, 1 skipped.');
    expect(summaryOf([OK, OK], ['ok', 'warn', 'fail'])).toBe('2 ok, 0 warnings, 0 failed.');
  });
});

describe('the text report', () => {
  test('has a line for each finding, its fix below it, and the summary last', () => {
    expect(text(ALL).split('\n')).toEqual([
      'ok    state          It can be read.',
      'warn  deletes        The caller may not purge, so that deletes of a run go one by one.',
      '                     → Grant roles/discoveryengine.admin, or a custom role that has the permission to purge.',
      'drift columns hr     No "x", 100%.',
      '                     And so on.',
      '                     → Add it.',
      'fail  bucket         There is no bucket.',
      '                     → Create it.',
      'skip  service agent  Not checked: no bucket.',
      '',
      '1 ok, 1 warning, 1 drifted, 1 failed, 1 skipped.',
      '',
    ]);
  });

  test('breaks lines between words below their sentence on a terminal', () => {
    expect(text([WARN, SKIP], 72).split('\n').slice(0, 5)).toEqual([
      'warn  deletes        The caller may not purge, so that deletes of a run',
      '                     go one by one.',
      '                     → Grant roles/discoveryengine.admin, or a custom',
      '                       role that has the permission to purge.',
      'skip  service agent  Not checked: no bucket.',
    ]);
  });

  test('puts the sentence below its subject on a narrow terminal', () => {
    expect(text([WARN], 40).split('\n').slice(0, 7)).toEqual([
      'warn  deletes',
      '  The caller may not purge, so that',
      '  deletes of a run go one by one.',
      '  → Grant roles/discoveryengine.admin,',
      '    or a custom role that has the',
      '    permission to purge.',
      '',
    ]);
  });

  test.each([1, 20, 71, 72, 80, 120])('loses no word at %i columns', (columns) => {
    const words = (shown: string) => shown.replaceAll(/\s+/g, ' ');
    expect(words(text([...ALL, IN_FILE], columns))).toBe(words(text([...ALL, IN_FILE])));
  });

  test('shows the place of each finding of a file, and the files apart', () => {
    const second: Finding = { ...IN_FILE, subject: 'kind', place: { file: 'connectors/hr.yaml', line: 12 } };
    expect(text([FILE_MISSING, IN_FILE, second], Infinity, { byFile: true }).split('\n')).toEqual([
      'fail  nope  The file does not exist.',
      '            → another path',
      '',
      `fail  connectors/hr.yaml:6   spec.mode  ${IN_FILE.message}`,
      '                                        → mode: sql_pull',
      `fail  connectors/hr.yaml:12  kind       ${IN_FILE.message}`,
      '                                        → mode: sql_pull',
      '',
      '0 ok, 3 failed.',
      '',
    ]);
  });

  test('lets a long place move neither its message to a second line in a pipe, nor the messages of others far away', () => {
    const long: Finding = { ...IN_FILE, subject: `spec.${'x'.repeat(80)}` };
    const [first = '', , third = ''] = text([IN_FILE, long], Infinity, { byFile: true }).split('\n');
    expect(first.indexOf('mode is')).toBeLessThan(60);
    expect(third).toContain(`${'x'.repeat(80)}  mode is`);
  });

  test('lets no text from outside write on the terminal', () => {
    const hostile: Finding = { ...FAIL, message: 'a\u001B[2Jb\rc\td', fix: '\u001B]0;title\u0007x' };
    const shown = text([hostile]);
    expect(shown).toContain(String.raw`a\u001b[2Jb c d`);
    // eslint-disable-next-line no-control-regex -- control characters are what it looks for
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  test.each([60, 80, 120])('has colours that take no room at %i columns', (columns) => {
    const painted = textReport(report([...ALL, IN_FILE], { byFile: true }), coloured, columns);
    expect(bare(painted)).toBe(text([...ALL, IN_FILE], columns, { byFile: true }));
    expect(onTerminal(painted)).toContain('\u001B[31mfail  \u001B[0m');
    expect(onTerminal(painted)).toContain('\u001B[31mdrift \u001B[0m');
  });
});

describe('the JSON report', () => {
  test('has the counts, every key of every finding, and what is the command’s own, on one line', () => {
    const about = { comparer: 'columns', connector: 'hr' };
    const own = { exitStatus: 65, ownKeys: { files: ['a.yaml'] }, listName: 'checks' } as const;
    const written = jsonReport(report([OK, { ...DRIFT, ...about }, IN_FILE], own));
    expect(written.trimEnd()).not.toContain('\n');
    const findings = [
      { ...OK, fix: null, code: null, file: null, line: null, column: null },
      {
        subject: 'columns hr',
        status: 'drift',
        message: 'No "x", 100%.\nAnd so on.',
        fix: 'Add it.',
        code: null,
        file: 'a,b:c.yaml',
        line: null,
        column: null,
        ...about,
      },
      {
        subject: 'spec.mode',
        status: 'fail',
        message: expect.any(String),
        fix: 'mode: sql_pull',
        code: 'wrong_value',
        file: 'connectors/hr.yaml',
        line: 6,
        column: 3,
      },
    ];
    expect(JSON.parse(written)).toEqual({
      ok: false,
      exitStatus: 65,
      exit_status: 65,
      passed: 1,
      warnings: 0,
      drifts: 1,
      failures: 1,
      skipped: 0,
      files: ['a.yaml'],
      findings,
      checks: findings,
    });
  });
});

describe('the GitHub report', () => {
  test('annotates what is wrong at its place, escaped as GitHub wants it, and ends with the summary', () => {
    expect(githubReport(report([OK, DRIFT, WARN, IN_FILE, FILE_MISSING, SKIP], { summary: 'Sums.' }))).toBe(
      [
        '::error file=a%2Cb%3Ac.yaml,title=columns hr::No "x", 100%25.%0AAnd so on.%0A→ Add it.',
        `::warning title=deletes::The caller may not purge, so that deletes of a run go one by one.%0A→ ${WARN.fix}`,
        `::error file=connectors/hr.yaml,line=6,col=3,title=spec.mode::${IN_FILE.message}%0A→ mode: sql_pull`,
        '::error file=nope::The file does not exist.%0A→ another path',
        'Sums.',
        '',
      ].join('\n'),
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../../src/app/doctor/finding.ts';
import { exitStatusOf, jsonReport, textReport } from '../../../src/cli/output/doctor-report.ts';
import { styleFor } from '../../../src/cli/output/style.ts';
import { onTerminal } from '../../support/processes/on-terminal.ts';

const plain = styleFor({ write: () => undefined }, true);
const coloured = styleFor({ write: () => undefined, isTTY: true }, false);

const OK: Finding = { subject: 'state', status: 'ok', what: 'It can be read.' };
const SKIPPED: Finding = { subject: 'service agent', status: 'skipped', what: 'Not looked at: no bucket.' };
const WARN: Finding = {
  subject: 'deletes',
  status: 'warn',
  what: 'The caller may not purge, so that deletes of a run go one by one.',
  fix: 'Grant roles/discoveryengine.admin, or a custom role that has the permission to purge.',
};
const FAIL: Finding = {
  subject: 'bucket',
  status: 'fail',
  what: 'There is no bucket.',
  fix: 'Create it.',
  code: 'ARTIFACT_BUCKET_MISSING',
};
const LATER: Finding = { ...FAIL, subject: 'source', code: 'SOURCE_UNREACHABLE' };

describe('the exit status', () => {
  test('is 0 when nothing failed, whatever the warnings', () => {
    expect(exitStatusOf([OK, WARN, SKIPPED])).toBe(0);
  });

  test('is that of the first failure', () => {
    expect(exitStatusOf([OK, LATER, FAIL])).toBe(75);
    expect(exitStatusOf([FAIL, LATER])).toBe(78);
  });
});

describe('the report for a person', () => {
  test('has one line for each check, the fix below, and the sums last', () => {
    expect(textReport([OK, WARN, FAIL, SKIPPED], plain).split('\n')).toEqual([
      'ok    state           It can be read.',
      'warn  deletes         The caller may not purge, so that deletes of a run go one by one.',
      '                      → Grant roles/discoveryengine.admin, or a custom role that has the permission to purge.',
      'fail  bucket          There is no bucket.',
      '                      → Create it.',
      'skip  service agent   Not looked at: no bucket.',
      '',
      '1 ok, 1 warning, 1 failed, 1 skipped.',
      '',
    ]);
  });

  test('breaks lines below their sentence on a terminal', () => {
    expect(textReport([WARN], plain, 72).split('\n').slice(0, 5)).toEqual([
      'warn  deletes         The caller may not purge, so that deletes of a run',
      '                      go one by one.',
      '                      → Grant roles/discoveryengine.admin, or a custom',
      '                        role that has the permission to purge.',
      '',
    ]);
  });

  test('puts the sentence below its subject on a narrow one', () => {
    expect(textReport([WARN], plain, 40).split('\n').slice(0, 7)).toEqual([
      'warn  deletes',
      '  The caller may not purge, so that',
      '  deletes of a run go one by one.',
      '  → Grant roles/discoveryengine.admin,',
      '    or a custom role that has the',
      '    permission to purge.',
      '',
    ]);
  });

  test.each([1, 20, 71, 72, 120])('loses no word at %i columns', (columns) => {
    const words = (text: string) => text.replaceAll(/\s+/g, ' ');
    expect(words(textReport([WARN, FAIL], plain, columns))).toBe(words(textReport([WARN, FAIL], plain)));
  });

  test('keeps the lines of a message apart', () => {
    const finding: Finding = { ...FAIL, what: 'It has two problems:\nthe first\nthe second' };
    expect(textReport([finding], plain)).toContain('problems:\n                      the first\n');
  });

  test('lets no word of a server write on the terminal', () => {
    const finding: Finding = { ...FAIL, what: 'a\u001B[2Jb\rc\td', fix: '\u001B]0;title\u0007x' };
    const report = textReport([finding], plain);
    expect(report).toContain(String.raw`a\u001b[2Jb c d`);
    // eslint-disable-next-line no-control-regex -- control characters are what it looks for
    expect(report).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  test('has colours on a terminal only, and they take no room', () => {
    const painted = onTerminal(textReport([OK, WARN, FAIL, SKIPPED], coloured, 60));
    // eslint-disable-next-line no-control-regex -- escape sequences are what it takes away
    const bare = painted.replaceAll(/\u001B\[\d+m/g, '');
    expect(bare).toBe(textReport([OK, WARN, FAIL, SKIPPED], plain, 60));
    expect(onTerminal(textReport([FAIL], coloured))).toContain('\u001B[31mfail  \u001B[0m');
  });
});

test('the report for a program has every check, the counts and the exit status', () => {
  expect(jsonReport([OK, WARN, FAIL, SKIPPED])).toEqual({
    ok: false,
    exitStatus: 78,
    passed: 1,
    warnings: 1,
    failures: 1,
    skipped: 1,
    checks: [
      { subject: 'state', status: 'ok', message: OK.what, fix: null, code: null },
      { subject: 'deletes', status: 'warn', message: WARN.what, fix: WARN.fix, code: null },
      { subject: 'bucket', status: 'fail', message: FAIL.what, fix: FAIL.fix, code: FAIL.code },
      { subject: 'service agent', status: 'skipped', message: SKIPPED.what, fix: null, code: null },
    ],
  });
});

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

const SCRIPT = fileURLToPath(new URL('../../.ci/count-tests.js', import.meta.url));
const GOOD = {
  success: true,
  numPassedTests: 12,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
};

function resultsFile(results: unknown): string {
  const file = path.join(folders.make(), 'results.json');
  if (results !== undefined)
    writeFileSync(file, typeof results === 'string' ? results : JSON.stringify(results));
  return file;
}

async function count(results: unknown, status = 0, ...others: readonly unknown[]) {
  const files = [results, ...others].map(resultsFile);
  const { stdout, exitCode } = await execa(process.execPath, [SCRIPT, String(status), ...files], {
    reject: false,
  });
  return { stdout, exitCode };
}

describe('the last line of CI', () => {
  test('says success when every test passed', async () => {
    expect(await count(GOOD)).toEqual({ stdout: '12 passed, 0 failed', exitCode: 0 });
  });

  test('adds the tests of all runs', async () => {
    expect(await count(GOOD, 0, GOOD)).toEqual({ stdout: '24 passed, 0 failed', exitCode: 0 });
  });

  test('says failure when one run of several has no results', async () => {
    expect(await count(GOOD, 0, undefined)).toEqual({ stdout: '12 passed, 1 failed', exitCode: 1 });
  });

  test.each([
    ['tests fail', { ...GOOD, success: false, numFailedTests: 2 }, 1, '12 passed, 2 failed'],
    ['tests are skipped', { ...GOOD, numPendingTests: 3 }, 0, '12 passed, 3 failed'],
    ['tests are to be written', { ...GOOD, numTodoTests: 1 }, 0, '12 passed, 1 failed'],
    [
      'a file cannot run',
      { ...GOOD, success: false, numRuntimeErrorTestSuites: 1 },
      1,
      '12 passed, 1 failed',
    ],
    ['another step fails', GOOD, 2, '12 passed, 1 failed'],
    ['there are no tests', { ...GOOD, numPassedTests: 0 }, 0, '0 passed, 1 failed'],
    ['there are no results', undefined, 0, '0 passed, 1 failed'],
    ['the results are cut off', '{"success": tr', 0, '0 passed, 1 failed'],
  ])('says failure when %s', async (_case, results, status, line) => {
    expect(await count(results, status)).toEqual({ stdout: line, exitCode: 1 });
  });
});

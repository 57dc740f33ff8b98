/**
 * Prints "N passed, N failed" from jest's results and exits 0 only if all is well.
 * A skipped or unwritten test counts as failed, and so does a file that could not run, a step before the tests that
 * failed, and having no results or no tests at all: nothing that was not proven may look like success.
 *
 * node .ci/count-tests.js <exit status of the steps so far> <file of jest --json>...
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';

const [status = '1', ...files] = process.argv.slice(2);
const runs = files.map(readResults);
const total = (...keys) =>
  runs.reduce((sum, run) => sum + keys.reduce((of, key) => of + (run[key] ?? 0), 0), 0);
const passed = total('numPassedTests');
const notPassed = total('numFailedTests', 'numPendingTests', 'numTodoTests', 'numRuntimeErrorTestSuites');
const everyRunPassed = runs.every((run) => run.success === true && run.numPassedTests > 0);
const allIsWell = status === '0' && runs.length > 0 && everyRunPassed;
const failed = allIsWell ? notPassed : Math.max(notPassed, 1);

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function readResults(name) {
  try {
    return JSON.parse(readFileSync(name, 'utf8'));
  } catch {
    return {};
  }
}

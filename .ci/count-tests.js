/**
 * Prints "N passed, N failed" from jest's results and exits 0 only if all is well.
 * A skipped or unwritten test counts as failed, and so does a file that could not run, a step before the tests that
 * failed, and having no results or no tests at all: nothing that was not proven may look like success.
 *
 * node .ci/count-tests.js <file of jest --json> <exit status of the steps so far>
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';

const [file = '', status = '1'] = process.argv.slice(2);
const results = readResults(file);
const passed = results.numPassedTests ?? 0;
const notPassed =
  (results.numFailedTests ?? 0) +
  (results.numPendingTests ?? 0) +
  (results.numTodoTests ?? 0) +
  (results.numRuntimeErrorTestSuites ?? 0);
const allIsWell = status === '0' && passed > 0 && results.success === true;
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

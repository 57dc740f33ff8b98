import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { misspelledVariables } from '../../../src/cli/environment/misspelled-variables.ts';

describe('misspelledVariables', () => {
  test('finds slips in names of this program, unless the right variable is set too', () => {
    const names = ['GEMINI_INGESTION_DRYRUN', 'POLICYFILE', 'OPENAI_BASEURL', 'DATABSE_URL', 'DATABASE_URL'];
    expect(misspelledVariables(names)).toEqual([
      { given: 'GEMINI_INGESTION_DRYRUN', meant: 'GEMINI_INGESTION_DRY_RUN' },
      { given: 'POLICYFILE', meant: 'POLICY_FILE' },
      { given: 'OPENAI_BASEURL', meant: 'OPENAI_BASE_URL' },
    ]);
  });

  test('finds none among variables of shells, of other programs and of secrets', () => {
    const names = ['PATH', 'HOME', 'LOGNAME', 'FTP_PROXY', 'AWS_ENDPOINT', 'LOG_DIR', 'PGSSLMODE'];
    expect(misspelledVariables([...names, 'SECRET_DATABASE_URL', 'SECRET_POLICY_FILE'])).toEqual([]);
  });

  test('finds none among the variables that the documentation of telemetry names', () => {
    const documented = readFileSync(new URL('../../../docs/telemetry.md', import.meta.url), 'utf8');
    const names = documented.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? [];
    for (const name of names) expect(misspelledVariables([name])).toEqual([]);
  });
});

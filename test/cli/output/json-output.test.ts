import { describe, expect, test } from '@jest/globals';
import { jsonLine } from '../../../src/cli/output/json-output.ts';

describe('jsonLine', () => {
  test('writes keys in snake case, and beside them the camel case of earlier versions, at every depth', () => {
    const line = jsonLine({
      runId: 'r1',
      status: 'HELD',
      error: { next_run_after: null },
      all: [{ docId: 'a' }],
    });
    expect(line).toBe(
      '{"run_id":"r1","runId":"r1","status":"HELD","error":{"next_run_after":null},"all":[{"doc_id":"a","docId":"a"}]}\n',
    );
  });

  test('leaves the names of the fields of a source as they are', () => {
    expect(jsonLine({ quarantine: { fields: { employeeId: '7' } } })).toBe(
      '{"quarantine":{"fields":{"employeeId":"7"}}}\n',
    );
  });
});

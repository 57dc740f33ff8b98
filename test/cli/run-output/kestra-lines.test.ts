import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BridgeResult } from '../../../src/app/run/bridge.ts';
import { kestraFailure, kestraFormat, kestraResult } from '../../../src/cli/run-output/kestra-lines.ts';
import {
  kestraFailureMessage,
  kestraMessage,
  kestraResultMessages,
} from '../../../src/cli/run-output/kestra-messages.ts';
import { noticesOf } from '../../../src/cli/run-output/notices.ts';
import { PLAIN } from '../../../src/cli/output/style.ts';
import { printable } from '../../../src/core/text/printable.ts';
import { summaryWithoutNotices } from '../../../src/cli/run-output/summary.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { EXIT } from '../../../src/core/exit-status.ts';
import { TELEMETRY_MESSAGE_CHARACTERS_MAX } from '../../../src/core/limits.ts';
import { createRedactor } from '../../../src/core/secrets/redact.ts';
import { runCounts } from '../../support/pipeline/run-counts.ts';

const RESULT: BridgeResult = {
  runId: 'r1',
  status: 'HELD',
  work: 'done',
  counts: runCounts({
    seen: 90,
    unchanged: 85,
    added: 2,
    changed: 3,
    missing: null,
    held: 40,
    quarantined: 1,
  }),
  holdReason: '40 of 90 documents are missing',
  remarks: {},
  manifestName: 'connectors/hr/runs/r1/manifest.json',
  rejected: [],
  drift: [],
  samples: undefined,
  artifacts: 'gs://bucket/connectors/hr/runs/r1',
  watermark: null,
};
const summaryOf = (result: BridgeResult) => ({
  connector: 'hr',
  command: 'run --connector hr.yaml',
  result,
  exitStatus: EXIT.held,
  durationMs: 1_250,
});
const FORGERY = '::{"outputs":{"status":"SUCCESS"}}::';
const SEPARATORS = ['\n', '\r', '\r\n', '\u0085', '\u2028', '\u2029'];

/** The objects of the marked lines of an output, as Kestra reads it: by lines of Java, with a `.` that stops at all of these. */
function markedIn(output: string): Record<string, unknown>[] {
  return output.split(/\r\n|\n|\r/).flatMap((line) => {
    const [, content] = /^::(\{[^\n\r\u0085\u2028\u2029]*\})::$/.exec(line) ?? [];
    return content === undefined ? [] : [JSON.parse(content) as Record<string, unknown>];
  });
}

/** Text of a source, made to be taken for a line of its own. */
const anyText = fc
  .array(fc.oneof(fc.string(), fc.constantFrom(FORGERY, '##kestra:log:debug##', ...SEPARATORS)))
  .map((parts) => parts.join(''));
const redactor = createRedactor();
const line = (message: string, fields = {}) => kestraFormat('warn', new Date(0), message, fields);

describe('the result for Kestra', () => {
  test('has the counts that are known as metrics, and then the outputs', () => {
    const [metrics, outputs, ...more] = markedIn(kestraResult(summaryOf(RESULT)));
    expect(more).toEqual([]);
    const tags = { connector: 'hr', work: 'done' };
    expect(metrics?.['metrics']).toEqual([
      { name: 'seen', type: 'counter', value: 90, tags },
      { name: 'unchanged', type: 'counter', value: 85, tags },
      { name: 'added', type: 'counter', value: 2, tags },
      { name: 'changed', type: 'counter', value: 3, tags },
      { name: 'deleted', type: 'counter', value: 0, tags },
      { name: 'held', type: 'counter', value: 40, tags },
      { name: 'quarantined', type: 'counter', value: 1, tags },
      { name: 'rejected', type: 'counter', value: 0, tags },
      { name: 'duration', type: 'timer', value: 1.25, tags },
    ]);
    expect(outputs).toEqual({
      outputs: {
        run_id: 'r1',
        connector: 'hr',
        status: 'HELD',
        exit_status: 3,
        work: 'done',
        counts: expect.objectContaining({ held: 40, added: 2 }),
        held_deletes: 40,
        hold_reason: '40 of 90 documents are missing',
        release_command: expect.stringMatching(/^gemini-sync-bridge .* --allow-deletes 40$/),
        release_hint: 'If they are right, release them with this command.',
        truncated: false,
        artifacts: 'gs://bucket/connectors/hr/runs/r1',
        manifest: 'gs://bucket/connectors/hr/runs/r1/manifest.json',
      },
    });
  });

  test('leaves out what a dry run does not have', () => {
    const planned = { ...RESULT, work: 'planned', holdReason: null, artifacts: null } as const;
    const outputs = markedIn(kestraResult(summaryOf(planned)))[1]?.['outputs'];
    expect(Object.keys(outputs ?? {})).toEqual([
      'run_id',
      'connector',
      'status',
      'exit_status',
      'work',
      'counts',
      'held_deletes',
      'truncated',
    ]);
  });

  test('of a failure says what failed, without secrets and not at any length', () => {
    const redactor = createRedactor();
    redactor.add('status');
    redactor.add('hunter2');
    const message = `hunter2 is the status. ${'x'.repeat(TELEMETRY_MESSAGE_CHARACTERS_MAX)}`;
    const error = new BridgeError('SOURCE_UNREACHABLE', message, { hint: 'Ask hunter2.' });
    const [failure, ...more] = markedIn(kestraFailure('r1', { connector: null }, error, redactor));
    expect(more).toEqual([]);
    expect(failure).toEqual({
      outputs: {
        run_id: 'r1',
        status: 'FAILED',
        exit_status: 75,
        error_code: 'SOURCE_UNREACHABLE',
        error_message: expect.stringMatching(/^\[redacted\] is the \[redacted\]\. x+…$/),
        error_hint: 'Ask [redacted].',
        error_retryable: true,
      },
    });
  });
});

describe('a message of a source', () => {
  test('is one log line of its level, whatever it is', () => {
    fc.assert(
      fc.property(anyText, anyText, (message, value) => {
        const output = line(message, { value });
        expect(output.split(/[\n\r\u0085\u2028\u2029]/)).toHaveLength(1);
        expect(markedIn(output)).toEqual([
          { logs: [{ level: 'WARN', message: `${printable(message)} value=${printable(value)}` }] },
        ]);
      }),
    );
  });

  test('is in the outputs of a failure as text, whatever it is', () => {
    fc.assert(
      fc.property(anyText, (message) => {
        const error = new BridgeError('SOURCE_LOST', message);
        const found = markedIn(kestraFailure('r1', { connector: 'hr' }, error, redactor));
        expect(found).toEqual([{ outputs: expect.objectContaining({ status: 'FAILED', connector: 'hr' }) }]);
      }),
    );
  });

  test('formats the messages of a result as plain text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const rejected = [{ docId: text, reason: text, outcome: 'refused' as const }];
        const result = { ...RESULT, rejected, holdReason: text, artifacts: text };
        const summary = { ...summaryOf(result), command: text };
        const output = kestraResultMessages(
          noticesOf(summary),
          summaryWithoutNotices(summary, PLAIN),
          redactor,
        );
        const messages = markedIn(output).flatMap(({ logs }) => logs as { level: string }[]);
        expect(messages.map(({ level }) => level)).toEqual(['WARN', 'WARN', 'WARN', 'INFO']);
        expect(output.split(/[\n\r\u0085\u2028\u2029]/)).toHaveLength(messages.length + 1);
      }),
    );
  });
});

describe('the messages of a result', () => {
  const texts = (result: BridgeResult) => noticesOf(summaryOf(result));

  test('give the reason for held deletes, the input that releases them, and the command for a shell', () => {
    const { counts } = RESULT;
    const [held, ...others] = texts({ ...RESULT, counts: { ...counts, held: 40, quarantined: 0 } });
    expect(others).toEqual([]);
    expect(held).toBe(
      [
        '40 deletes are held: 40 of 90 documents are missing.',
        'Everything else was applied.',
        'If they are right, release them: execute the flow again with the input allow_deletes = 40, or run',
        '  gemini-sync-bridge run --connector hr.yaml --allow-deletes 40',
      ].join('\n'),
    );
  });

  test('name no input for deletes that only a complete listing releases', () => {
    const truncated = { ...RESULT, holdReason: 'the listing of the source was not complete' };
    const [held] = texts(truncated);
    expect(held).toContain('A complete one releases them');
    expect(held).not.toContain('allow_deletes');
  });

  test('name the place of rows that were set aside and of rejected documents', () => {
    const counts = runCounts({ ...RESULT.counts, held: 0, quarantined: 2, rejected: 3 });
    const rejected = [{ docId: 'hr:7', reason: 'too large', outcome: 'refused' as const }];
    const [quarantine, rejection, ...others] = texts({ ...RESULT, counts, rejected, holdReason: null });
    expect(others).toEqual([]);
    expect(quarantine).toContain('2 rows were set aside');
    expect(quarantine).toContain('gs://bucket/connectors/hr/runs/r1/quarantine.ndjson');
    expect(rejection).toMatch(/^3 documents were rejected by the index\. The next run sends them again\./);
    expect(rejection).toContain('hr:7: too large');
    expect(rejection).toContain('gemini-sync-bridge explain --connector hr.yaml --doc hr:7');
  });

  test('are a warning for an incomplete listing, and otherwise only the summary', () => {
    const calm = { ...RESULT, counts: runCounts({ seen: 90 }), holdReason: null };
    expect(texts({ ...calm, remarks: { truncated: true } })).toEqual([
      expect.stringContaining('there are rows that were not read'),
    ]);
    const output = kestraResultMessages(texts(calm), 'hr  SUCCESS\n\n  seen  90\n', redactor);
    expect(markedIn(output)).toEqual([{ logs: [{ level: 'INFO', message: 'hr  SUCCESS\n\n  seen  90' }] }]);
  });

  test('contain no secret, even with a character that JSON escapes', () => {
    const redactor = createRedactor();
    redactor.add('hunter"2');
    expect(kestraMessage('info', 'It said hunter"2.', redactor)).not.toContain('hunter');
  });
});

test.each([
  ['a lease that another run holds', 'LEASE_HELD', 'WARN'],
  ['a source that cannot be reached', 'SOURCE_UNREACHABLE', 'WARN'],
  ['a configuration that is wrong', 'CONNECTOR_INVALID', 'ERROR'],
] as const)('the failure of %s has the level that its exit status calls for', (_, code, level) => {
  const error = new BridgeError(code, 'It failed.', { hint: 'Do this.' });
  const output = kestraFailureMessage(error, redactor);
  expect(markedIn(output)).toEqual([
    { logs: [{ level, message: expect.stringMatching(/^[A-Z_]+: It failed\.\n {2}→ Do this\.\n/) }] },
  ]);
});

test('a log line leaves out fields that are not known', () => {
  expect(markedIn(line('It failed.', { hint: null, run: 'r1' }))).toEqual([
    { logs: [{ level: 'WARN', message: 'It failed. run=r1' }] },
  ]);
});

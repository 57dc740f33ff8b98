import { describe, expect, it } from '@jest/globals';
import { ERROR_KINDS, type ErrorCode } from '../../src/core/error-kinds.ts';
import { BridgeError, toBridgeError } from '../../src/core/errors.ts';
import { EXIT } from '../../src/core/exit-status.ts';

const codes = Object.keys(ERROR_KINDS) as ErrorCode[];

describe('the table of errors', () => {
  it('sends an orchestrator back later exactly for what can pass by itself', () => {
    const retried = codes.filter((code) => new BridgeError(code, 'x').retryable);
    expect(retried.sort()).toEqual([
      'ARTIFACT_READ_FAILED',
      'ARTIFACT_WRITE_FAILED',
      'CHECK_TIMEOUT',
      'EMBEDDINGS_UNREACHABLE',
      'GEMINI_BUSY',
      'GEMINI_OPERATION_PENDING',
      'GEMINI_QUOTA',
      'GEMINI_UNCLEAR',
      'GEMINI_UNREACHABLE',
      'GITHUB_CONFLICT',
      'GITHUB_LIMITED',
      'GITHUB_UNREACHABLE',
      'INTERRUPTED',
      'LEASE_HELD',
      'LEASE_LOST',
      'PREVIEW_BUSY',
      'PREVIEW_TIMEOUT',
      'PREVIEW_UNREACHABLE',
      'PROPOSAL_BUSY',
      'REQUEST_EXPIRED',
      'RETIRE_PUSHES_WAITING',
      'SOURCE_FILE_CHANGING',
      'SOURCE_LOST',
      'SOURCE_RATE_LIMITED',
      'SOURCE_SPOOL_FAILED',
      'SOURCE_TIMEOUT',
      'SOURCE_UNREACHABLE',
      'STATE_LIMIT',
      'STATE_UNREACHABLE',
    ]);
    const later = codes.filter((code) => new BridgeError(code, 'x').exit === EXIT.tryAgain);
    expect(later.sort()).toEqual(retried.filter((code) => code !== 'INTERRUPTED'));
  });

  it.each<[ErrorCode, number]>([
    ['INTERNAL', 1],
    ['USAGE', 2],
    ['DUPLICATE_ID', 65],
    ['QUARANTINE_LIMIT', 65],
    ['SOURCE_REFUSED', 69],
    ['LEASE_HELD', 75],
    ['SOURCE_AUTH_FAILED', 77],
    ['SECRET_MISSING', 78],
    ['INTERRUPTED', 143],
  ])('ends a program that failed with %s with status %i', (code, exit) => {
    expect(new BridgeError(code, 'x').exit).toBe(exit);
  });

  it('never ends a failure with the status of a success or of a result', () => {
    const results: number[] = [EXIT.done, EXIT.held, EXIT.partial];
    expect(codes.filter((code) => results.includes(new BridgeError(code, 'x').exit))).toEqual([]);
  });
});

describe('BridgeError', () => {
  it('carries its code, message, hint and cause', () => {
    const cause = new Error('socket closed');
    const error = new BridgeError('SOURCE_LOST', 'hr-db broke off', { hint: 'Run again.', cause });
    expect(error).toMatchObject({ name: 'BridgeError', code: 'SOURCE_LOST', message: 'hr-db broke off' });
    expect(error).toMatchObject({ hint: 'Run again.', cause });
    const bare = new BridgeError('SOURCE_LOST', 'x');
    expect(bare.hint).toBeUndefined();
    expect('cause' in bare).toBe(false);
  });

  it('may end with another status than its code says', () => {
    expect(new BridgeError('INTERRUPTED', 'x', { exit: EXIT.interrupted }).exit).toBe(130);
  });
});

describe('toBridgeError', () => {
  it('leaves a BridgeError as it is', () => {
    const error = new BridgeError('USAGE', 'x');
    expect(toBridgeError(error)).toBe(error);
  });

  it.each<[unknown, string]>([
    [new TypeError('x is not a function'), 'x is not a function'],
    ['just text', 'just text'],
    [undefined, 'undefined'],
  ])('takes anything else for a bug: %p', (thrown, message) => {
    const error = toBridgeError(thrown);
    expect(error).toMatchObject({ code: 'INTERNAL', exit: 1, retryable: false, message });
    expect(error.cause).toBe(thrown);
    expect(error.hint).toContain('bug');
  });
});

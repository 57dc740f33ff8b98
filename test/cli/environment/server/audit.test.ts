import { describe, expect, test } from '@jest/globals';
import { readAuditRetention } from '../../../../src/cli/environment/server/audit.ts';

describe('AUDIT_RETENTION_DAYS', () => {
  test('is 400 when it is not set, and a whole number of days otherwise', () => {
    expect(readAuditRetention({})).toBe(400);
    expect(readAuditRetention({ AUDIT_RETENTION_DAYS: '' })).toBe(400);
    expect(readAuditRetention({ AUDIT_RETENTION_DAYS: '30' })).toBe(30);
  });

  test.each(['29', '0', '-1', '90.5', '3651', 'a year'])('is refused when it is %s', (text) => {
    expect(() => readAuditRetention({ AUDIT_RETENTION_DAYS: text })).toThrow(
      expect.objectContaining({
        code: 'ENVIRONMENT_INVALID',
        message: expect.stringContaining('AUDIT_RETENTION_DAYS'),
      }),
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import {
  looksLikeSecret,
  resolveSecret,
  secretVariable,
} from '../../../src/definitions/connector/secrets.ts';

describe('secretVariable', () => {
  test('writes the name in upper case, with underscores for hyphens and dots', () => {
    expect(secretVariable('hr-db-credentials')).toBe('SECRET_HR_DB_CREDENTIALS');
    expect(secretVariable('team.api_token-2')).toBe('SECRET_TEAM_API_TOKEN_2');
  });
});

describe('resolveSecret', () => {
  test('returns the value of the variable', () => {
    expect(resolveSecret('kb-token', (variable) => (variable === 'SECRET_KB_TOKEN' ? 's3' : undefined))).toBe(
      's3',
    );
  });

  test.each([undefined, ''])('names the variable when its value is %j', (value) => {
    expect(() => resolveSecret('kb-token', () => value)).toThrow(
      expect.objectContaining({
        code: 'SECRET_MISSING',
        hint: 'Set the environment variable SECRET_KB_TOKEN.',
      }),
    );
  });
});

test('a connection string in place of a name is noticed', () => {
  expect(looksLikeSecret('postgres://u:p@h/db')).toBe(true);
  expect(looksLikeSecret('Server=h; Password=p')).toBe(true);
  expect(looksLikeSecret('hr-db.credentials_2')).toBe(false);
});

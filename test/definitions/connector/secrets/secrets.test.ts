import { describe, expect, test } from '@jest/globals';
import {
  looksLikeSecret,
  secretsOf,
  secretVariable,
  similarVariable,
} from '../../../../src/definitions/connector/secrets/secrets.ts';

describe('secretVariable', () => {
  test('writes the name in upper case, with underscores for hyphens and dots', () => {
    expect(secretVariable('hr-db-credentials')).toBe('SECRET_HR_DB_CREDENTIALS');
    expect(secretVariable('team.api_token-2')).toBe('SECRET_TEAM_API_TOKEN_2');
  });
});

describe('secretsOf', () => {
  const source = { type: 'postgres', secretRef: 'kb-db', query: 'SELECT 1' } as const;
  const resolve = (ref: string, value: string | undefined, similar?: string) =>
    secretsOf({ source }, { secret: () => value, similarSecret: () => similar })(ref);

  test('returns the value of the variable', () => {
    const secret = (variable: string) => (variable === 'SECRET_KB_TOKEN' ? 's3' : undefined);
    expect(secretsOf({ source }, { secret, similarSecret: () => undefined })('kb-token')).toBe('s3');
  });

  test.each([undefined, ''])('has the command that sets the variable when its value is %j', (value) => {
    expect(() => resolve('kb-token', value)).toThrow(
      expect.objectContaining({
        code: 'SECRET_MISSING',
        hint: 'Set the environment variable: export SECRET_KB_TOKEN=…',
      }),
    );
    expect(() => resolve('kb-db', value)).toThrow(
      expect.objectContaining({
        hint: "Set the environment variable: export SECRET_KB_DB='postgres://…'",
      }),
    );
  });

  test('names the similar variable that is set', () => {
    expect(() => resolve('kb-token', undefined, 'SECRET_KB_TOKN')).toThrow(
      expect.objectContaining({
        hint: 'SECRET_KB_TOKN is set; did you mean SECRET_KB_TOKEN? Set the environment variable: export SECRET_KB_TOKEN=…',
      }),
    );
  });
});

test.each([
  ['SECRET_KB_TOKN', 'SECRET_KB_TOKEN'],
  ['SECRET_KB-TOKEN', 'SECRET_KB_TOKEN'],
  ['KB_TOKEN', 'SECRET_KB_TOKEN'],
  ['kb_token', 'SECRET_KB_TOKEN'],
])('similarVariable finds %s for %s', (name, variable) => {
  expect(similarVariable(variable, ['PATH', 'SECRET_OTHER', name])).toBe(name);
});

test('similarVariable finds nothing where no name is similar', () => {
  expect(similarVariable('SECRET_KB_TOKEN', ['PATH', 'HOME', 'SECRET_PEOPLE_DB'])).toBeUndefined();
});

test('a connection string in place of a name is noticed', () => {
  expect(looksLikeSecret('postgres://u:p@h/db')).toBe(true);
  expect(looksLikeSecret('Server=h; Password=p')).toBe(true);
  expect(looksLikeSecret('hr-db.credentials_2')).toBe(false);
});

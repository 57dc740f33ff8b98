import { describe, expect, test } from '@jest/globals';
import { readEnvironment } from '../../src/cli/env.ts';

describe('the environment', () => {
  test('has defaults for everything', () => {
    expect(readEnvironment({})).toMatchObject({
      databaseUrl: undefined,
      connectorsDir: 'connectors',
      logLevel: 'info',
      logFormat: undefined,
      noColor: false,
    });
  });

  test('takes an empty variable as one that is not set', () => {
    const env = { DATABASE_URL: '', CONNECTORS_DIR: '', LOG_LEVEL: '', LOG_FORMAT: '', NO_COLOR: '' };
    const read = readEnvironment({ ...env, SECRET_A: '' });
    expect(read).toMatchObject({ databaseUrl: undefined, connectorsDir: 'connectors', noColor: false });
    expect(read.secret('SECRET_A')).toBeUndefined();
  });

  test('reads what is set, in any case', () => {
    expect(
      readEnvironment({
        DATABASE_URL: 'postgres://x',
        LOG_LEVEL: 'DEBUG',
        LOG_FORMAT: 'Pretty',
        NO_COLOR: '1',
      }),
    ).toMatchObject({ databaseUrl: 'postgres://x', logLevel: 'debug', logFormat: 'pretty', noColor: true });
  });

  test.each([
    ['LOG_LEVEL', 'debug, info, warn, error'],
    ['LOG_FORMAT', 'json, pretty'],
  ])('refuses a %s that is none and lists those there are', (name, allowed) => {
    expect(() => readEnvironment({ [name]: 'loud' })).toThrow(
      expect.objectContaining({
        code: 'ENVIRONMENT_INVALID',
        exit: 78,
        message: `${name} is "loud"; it may be ${allowed}.`,
      }),
    );
  });

  test('hands out no variable but secrets', () => {
    const env = readEnvironment({ SECRET_A: 'a', DATABASE_URL: 'b' });
    expect([env.secret('SECRET_A'), env.secret('SECRET_B'), env.secret('DATABASE_URL')]).toEqual([
      'a',
      undefined,
      undefined,
    ]);
  });
});

import { describe, expect, test } from '@jest/globals';
import { readEnvironment } from '../../../src/cli/environment/environment.ts';

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
    ['LOG_FORMAT', 'json, pretty, kestra'],
  ])('refuses a %s that is none and lists those there are', (name, allowed) => {
    expect(() => readEnvironment({ [name]: 'loud' })).toThrow(
      expect.objectContaining({
        code: 'ENVIRONMENT_INVALID',
        exit: 78,
        message: `${name} is "loud"; it may be ${allowed}.`,
      }),
    );
  });

  test('reads proxies, of which those in small letters come first', () => {
    expect(readEnvironment({}).proxy).toEqual({ http: undefined, https: undefined, except: undefined });
    const env = {
      HTTP_PROXY: 'http://a',
      https_proxy: 'http://b',
      HTTPS_PROXY: 'http://c',
      NO_PROXY: 'x,y',
      no_proxy: '',
    };
    expect(readEnvironment(env).proxy).toEqual({ http: 'http://a', https: 'http://b', except: 'x,y' });
  });

  test('reads endpoints, the switch of dry ingestion and how often to try again', () => {
    const read = (variables: Record<string, string>) => {
      const env = readEnvironment(variables);
      return { endpoints: env.endpoints(), ingestionDryRun: env.ingestionDryRun(), retry: env.retry() };
    };
    expect(read({})).toEqual({
      endpoints: { gcs: undefined, discoveryEngine: undefined },
      ingestionDryRun: false,
      retry: { retries: 6, backoffSeconds: 1 },
    });
    expect(
      read({
        GCS_ENDPOINT: 'http://127.0.0.1:9',
        DISCOVERY_ENGINE_ENDPOINT: 'https://engine.example.com/',
        GEMINI_INGESTION_DRY_RUN: 'TRUE',
        MAX_RETRIES: '0',
        RETRY_BACKOFF_SECONDS: '0.5',
      }),
    ).toEqual({
      endpoints: {
        gcs: { url: 'http://127.0.0.1:9', loopback: true },
        discoveryEngine: { url: 'https://engine.example.com', loopback: false },
      },
      ingestionDryRun: true,
      retry: { retries: 0, backoffSeconds: 0.5 },
    });
    expect(read({ GEMINI_INGESTION_DRY_RUN: 'no' }).ingestionDryRun).toBe(false);
  });

  test('reads the key and the address of the embedding API', () => {
    expect(readEnvironment({ OPENAI_API_KEY: '' }).embeddings()).toEqual({
      apiKey: undefined,
      endpoint: undefined,
    });
    const env = readEnvironment({
      OPENAI_API_KEY: 'sk-proj-canary',
      OPENAI_BASE_URL: 'https://gateway.example.com/v1/',
    });
    expect(env.embeddings()).toEqual({
      apiKey: 'sk-proj-canary',
      endpoint: { url: 'https://gateway.example.com/v1', loopback: false },
    });
    expect(env.redactor.redact('the key sk-proj-canary')).toBe('the key [redacted]');
  });

  test.each([
    ['ingestionDryRun', 'GEMINI_INGESTION_DRY_RUN', 'maybe', 'true, false'],
    ['retry', 'MAX_RETRIES', 'many', 'a number from 0 to 50'],
    ['retry', 'MAX_RETRIES', '-1', 'a number from 0 to 50'],
    ['retry', 'RETRY_BACKOFF_SECONDS', '61', 'a number from 0 to 60'],
    ['endpoints', 'GCS_ENDPOINT', 'http://storage.example.com', 'http is for this machine only'],
    ['endpoints', 'DISCOVERY_ENGINE_ENDPOINT', 'nonsense', 'it must be a URL'],
    ['embeddings', 'OPENAI_BASE_URL', 'http://embeddings.example.com/v1', 'http is for this machine only'],
    ['embeddings', 'OPENAI_BASE_URL', 'https://example.com/v1?key=canary', 'and nothing else'],
    ['embeddings', 'OPENAI_API_KEY', 'sk-two words', 'OPENAI_API_KEY has characters that no key has'],
    ['telemetry', 'SPLUNK_HEC_TOKEN', 'token', 'SPLUNK_HEC_URL is not'],
    ['runLinks', 'SPLUNK_RUN_URL_TEMPLATE', 'javascript:alert({run_id})', 'a URL of http or https'],
    [
      'runLinks',
      'KESTRA_RUN_URL_TEMPLATE',
      'https://kestra.example.com/{run}',
      'only {run_id} and {connector_id} are known',
    ],
    ['access', 'ADMIN_API_KEY', 'passwordpassword', 'ADMIN_API_KEY must not be a repeated word'],
    ['access', 'SESSION_SECRET', 'short', 'SESSION_SECRET must have at least 32 characters'],
  ] as const)('refuses, when %s is asked for and not before, %s=%s', (group, name, value, allowed) => {
    const env = readEnvironment({ [name]: value });
    expect(() => env[group]()).toThrow(
      expect.objectContaining({ code: 'ENVIRONMENT_INVALID', message: expect.stringContaining(allowed) }),
    );
  });

  test('keeps every secret out of what is shown, also one that cannot be used', () => {
    const weak = {
      ADMIN_API_KEY: 'weak-key',
      SESSION_SECRET: 'weak-secret',
      OPENAI_API_KEY: 'sk-canary with a blank',
      SPLUNK_HEC_TOKEN: 'token without an address',
      TEAMS_WEBHOOK_URL: 'http://teams.example.com/not-https',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=no\theader',
    };
    const { redactor } = readEnvironment(weak);
    const shown = redactor.redact(Object.values(weak).join('\n'));
    expect(shown).not.toMatch(/weak|canary|token|teams|no.header/);
  });

  test('fills run and connector into the links to other systems, URL-encoded', () => {
    const runLinks = readEnvironment({
      SPLUNK_RUN_URL_TEMPLATE: 'https://splunk.example.com/search?q={run_id}',
    }).runLinks();
    expect(Object.keys(runLinks)).toEqual(['Splunk']);
    expect(runLinks.Splunk?.({ runId: 'a&b', connectorId: 'hr' })).toBe(
      'https://splunk.example.com/search?q=a%26b',
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

  test('keeps a secret out of what is shown once it was read', () => {
    const env = readEnvironment({ SECRET_A: 'postgres://reader:hunter2@db/hr' });
    env.secret('SECRET_A');
    expect(env.redactor.redact('login failed for reader with hunter2')).toBe(
      'login failed for reader with [redacted]',
    );
  });
});

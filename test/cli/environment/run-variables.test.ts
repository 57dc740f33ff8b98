import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { runVariables } from '../../../src/cli/environment/run-variables.ts';

/** Variables that only the server or another command reads. */
const NOT_OF_RUN = [
  'ADMIN_API_KEY',
  'SESSION_SECRET',
  'TRUSTED_PROXY_ADDRESSES',
  'SSO_USER_HEADER',
  'SSO_RIGHTS',
  'SSO_GROUPS_HEADER',
  'SSO_GROUP_RIGHTS',
  'AUDIT_RETENTION_DAYS',
  'CONNECTORS_DIR',
  'PUBLIC_URL',
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  // Chosen for each run.
  'LOG_FORMAT',
];

/** Names in the sources that are not variables by themselves. */
const NO_NAMES = /^(SECRET_|ENVIRONMENT_INVALID|SPLUNK_HEC_)$/;

const source = (name: string) =>
  readFileSync(new URL(`../../../src/cli/environment/${name}`, import.meta.url), 'utf8');

function variablesRead(): string[] {
  const text = [
    'environment.ts',
    'embeddings.ts',
    'telemetry.ts',
    'server/server-access.ts',
    'server/sign-on.ts',
    'server/audit.ts',
  ]
    .map(source)
    .join('\n');
  const names = [...text.matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]*)+|TRACEPARENT)'/g)].map(
    ([, name = '']) => name,
  );
  return [...new Set(names)].filter((name) => !NO_NAMES.test(name));
}

describe('the environment of a run that a server starts', () => {
  test('has the variables that only its kind reads', () => {
    const env = { OPENAI_API_KEY: 'x', OPENAI_BASE_URL: 'x', CONNECTORS_DIR: 'x', ADMIN_API_KEY: 'x' };
    expect(Object.keys(runVariables(env, [], 'knowledge_source'))).toEqual([
      'OPENAI_API_KEY',
      'OPENAI_BASE_URL',
    ]);
    expect(Object.keys(runVariables(env, [], 'app'))).toEqual(['CONNECTORS_DIR']);
    expect(runVariables(env, [], 'connector')).toEqual({});
  });

  test('has the keys of stored secrets only if its definition names a secret', () => {
    const env = {
      MANAGED_SECRET_ENCRYPTION_KEY: 'x',
      MANAGED_SECRET_ENCRYPTION_KEY_FILE: 'y',
      SECRET_A: 'z',
    };
    expect(runVariables(env, [])).toEqual({});
    expect(runVariables(env, ['SECRET_B'])).toEqual({
      MANAGED_SECRET_ENCRYPTION_KEY: 'x',
      MANAGED_SECRET_ENCRYPTION_KEY_FILE: 'y',
    });
  });

  test('has every variable that the program reads, but those of the server', () => {
    const names = variablesRead();
    expect(names.length).toBeGreaterThan(25);
    const env = Object.fromEntries(names.map((name) => [name, 'x']));
    const passed = Object.keys(runVariables(env, []));
    expect(names.filter((name) => !passed.includes(name)).sort()).toEqual([...NOT_OF_RUN].sort());
  });

  test('has the secrets of its connector and no others', () => {
    const env = { SECRET_HR_DB: 'a', SECRET_HR_DB_2: 'b', SECRET_OTHER: 'c' };
    expect(runVariables(env, ['SECRET_HR_DB', 'SECRET_NOT_SET'])).toEqual({ SECRET_HR_DB: 'a' });
  });

  test.each([
    'PATH',
    'HOME',
    'TZ',
    'LC_ALL',
    'https_proxy',
    'NODE_EXTRA_CA_CERTS',
    'GOOGLE_APPLICATION_CREDENTIALS',
    'GCE_METADATA_HOST',
    'TNS_ADMIN',
    'ORACLE_CLIENT_LIB_DIR',
    'ROW_KERNEL',
    'POLICY_FILE',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'AZURE_CLIENT_ID',
    'PGSSLMODE',
    'SystemRoot',
  ])('has %s', (name) => {
    expect(runVariables({ [name]: 'x' }, [])).toEqual({ [name]: 'x' });
  });

  test.each([
    'ADMIN_API_KEY',
    'SESSION_SECRET',
    'admin_api_key',
    'KUBERNETES_PORT',
    'GITHUB_TOKEN',
    'NPM_TOKEN',
    'SECRET_X',
  ])('does not have %s', (name) => {
    expect(runVariables({ [name]: 'x', UNSET: undefined }, [])).toEqual({});
  });
});

import { posix } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { textAt } from '../../src/definitions/draft.ts';
import { connectorUses } from '../../src/definitions/connector/uses.ts';
import type { FieldFinding } from '../../src/definitions/problem.ts';
import { policyFindings } from '../../src/policy/findings.ts';
import type { Paths, PolicyRule } from '../../src/policy/policy.ts';
import { connectorOf, type ConnectorChanges } from '../support/files/workplace.ts';

/** `/srv/link` leads to `/etc`. */
const PATHS: Paths = {
  realPath: (path) => posix.normalize(path.replace(/^\/srv\/link(?=\/|$)/, '/etc')),
  folderOf: (url) => posix.resolve('/work', url.replace(/^file:\/\//, '')),
};

const RULE: PolicyRule = {
  connectors: ['people'],
  secrets: ['people-*'],
  hosts: ['api.example.com'],
  fileRoots: ['/srv/exports'],
  buckets: ['gs://company/people'],
  dataStores: ['my-project/global/people'],
};
const GOOGLE = { output: { bucket: 'gs://company', prefix: 'people/a' } };

function findings(connector: unknown, rules: readonly PolicyRule[]): FieldFinding[] {
  const named = {
    list: 'connectors',
    name: textAt(connector, 'metadata.name') ?? '',
    noun: 'connector',
  } as const;
  const policy = { file: 'policy.yaml', rules };
  return policyFindings(policy, named, connectorUses(connector), PATHS, '/work');
}

function found(changes: ConnectorChanges, rules: readonly PolicyRule[] = [RULE]): string[] {
  return findings(connectorOf({ ...GOOGLE, ...changes }), rules).map(({ path }) => path);
}

const http = (source: Readonly<Record<string, unknown>>): ConnectorChanges => ({
  mode: 'rest_pull',
  source: { type: 'http', query: undefined, secretRef: 'people-token', ...source },
});
const file = (path: string): ConnectorChanges => ({
  mode: 'file_pull',
  source: { type: 'file', secretRef: undefined, query: undefined, path, glob: '*.csv' },
});

describe('a policy', () => {
  test('has nothing against a connector that keeps to a rule', () => {
    expect(found({})).toEqual([]);
    expect(found(http({ url: 'https://api.example.com/people' }))).toEqual([]);
    expect(found(file('/srv/exports/people'))).toEqual([]);
  });

  test('refuses a connector that no rule is for', () => {
    expect(found({}, [])).toEqual(['metadata.name']);
    expect(found({ name: 'people-2', output: GOOGLE.output })).toEqual(['metadata.name']);
  });

  test.each([
    ['another secret', { source: { secretRef: 'hr-db' } }, ['spec.source.secretRef']],
    [
      'another client secret',
      http({
        url: 'https://api.example.com/',
        oauth: { tokenUrl: 'https://api.example.com/t', clientSecretRef: 'hr' },
      }),
      ['spec.source.oauth.clientSecretRef'],
    ],
    ['another host', http({ url: 'https://evil.test/' }), ['spec.source.url']],
    [
      'another host for the parents',
      http({ parents: { url: 'https://evil.test/' } }),
      ['spec.source.parents.url'],
    ],
    [
      'another host for a detail',
      http({ detail: { url: 'https://evil.test/{{ record.id }}' } }),
      ['spec.source.detail.url'],
    ],
    ['a host before a user name', http({ url: 'https://api.example.com@evil.test/' }), ['spec.source.url']],
    ['an address that is none', http({ url: 'https://:watermark/' }), ['spec.source.url']],
    [
      'another token endpoint',
      http({
        url: 'https://api.example.com/',
        oauth: { tokenUrl: 'https://evil.test/t', clientSecretRef: 'people-client' },
      }),
      ['spec.source.oauth.tokenUrl'],
    ],
    ['another folder', file('/var/run/secrets'), ['spec.source.path']],
    ['a folder beside the root', file('/srv/exports-2'), ['spec.source.path']],
    ['a folder above the root', file('/srv/exports/..'), ['spec.source.path']],
    ['a relative folder', file('exports'), ['spec.source.path']],
    ['a link', file('/srv/link/ssl'), ['spec.source.path']],
    ['a certificate elsewhere', { source: { tls: { caFile: '/etc/shadow' } } }, ['spec.source.tls.caFile']],
    [
      'a client key elsewhere',
      http({ url: 'https://api.example.com/', tls: { certFile: '/srv/exports/c', keyFile: '/etc/k' } }),
      ['spec.source.tls.keyFile'],
    ],
    ['another bucket', { output: { bucket: 'gs://other', prefix: 'people' } }, ['spec.output.bucket']],
    [
      'a bucket whose name goes on',
      { output: { bucket: 'gs://company-2', prefix: 'people' } },
      ['spec.output.bucket'],
    ],
    [
      'another folder of the bucket',
      { output: { bucket: 'gs://company', prefix: 'people-2' } },
      ['spec.output.bucket'],
    ],
    [
      'a folder of this machine',
      { output: { bucket: 'file:///srv/out', prefix: 'people' } },
      ['spec.output.bucket'],
    ],
    ['another data store', { gemini: { dataStoreId: 'hr' } }, ['spec.gemini.dataStoreId']],
  ])('refuses %s', (_, changes, paths) => {
    expect(found(changes)).toEqual(paths);
  });

  test('refuses a secret for the host of another rule', () => {
    const rules = [RULE, { connectors: ['*'], secrets: ['other-*'], hosts: ['other.test'] }];
    expect(found(http({ url: 'https://other.test/' }), rules)).toEqual(['spec.source.url']);
    expect(found(http({ url: 'https://other.test/', secretRef: 'other-token' }), rules)).toEqual([]);
    expect(found(http({ url: 'https://other.test/', secretRef: undefined }), rules)).toEqual([]);
  });

  test('refuses an API elsewhere for a token that an allowed client secret is exchanged for', () => {
    const rules = [RULE, { connectors: ['*'], hosts: ['other.test'] }];
    const oauth = { tokenUrl: 'https://api.example.com/t', clientSecretRef: 'people-client' };
    expect(found(http({ url: 'https://other.test/', secretRef: undefined, oauth }), rules)).toEqual([
      'spec.source.url',
    ]);
  });

  test('takes names that are read from the same variable for one secret', () => {
    expect(found({ source: { secretRef: 'people.db' } })).toEqual([]);
    expect(found({ source: { secretRef: 'People_DB' } })).toEqual([]);
  });

  test('allows folders of this machine by where they really are', () => {
    const rules = [{ ...RULE, buckets: ['file:///srv/out'] }];
    expect(found({ output: { bucket: 'file:///srv/out', prefix: 'people' } }, rules)).toEqual([]);
    expect(found({ output: { bucket: 'file:///srv/out/../x', prefix: 'people' } }, rules)).toEqual([
      'spec.output.bucket',
    ]);
    expect(found({ output: { bucket: 'file:///srv/link/out', prefix: 'people' } }, rules)).toEqual([
      'spec.output.bucket',
    ]);
  });

  test('does not repeat a secret that was written in place of its name', () => {
    const connector = connectorOf({ ...GOOGLE, source: { secretRef: 'postgres://u:canary@db/x' } });
    expect(JSON.stringify(findings(connector, [RULE]))).not.toContain('canary');
  });
});

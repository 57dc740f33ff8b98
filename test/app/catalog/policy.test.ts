import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCatalog } from '../../../src/app/catalog/catalog.ts';
import {
  checkDefinitionsUnderPolicy,
  loadAppUnderPolicy,
  loadKnowledgeSourceUnderPolicy,
  permitOf,
} from '../../../src/app/catalog/policy.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import type { App } from '../../../src/definitions/app/types.ts';
import type { KnowledgeConfig, KnowledgeSource } from '../../../src/definitions/knowledge-source/types.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
let cwd: string;
beforeAll(() => {
  cwd = folders.make();
  mkdirSync(join(cwd, 'allowed'));
  mkdirSync(join(cwd, 'elsewhere'));
  symlinkSync(join(cwd, 'elsewhere'), join(cwd, 'allowed', 'link'));
  const rule = { connectors: ['*'], fileRoots: [join(cwd, 'allowed')] };
  const policy = { apiVersion: 'sync.gemini.io/v1alpha1', kind: 'Policy', rules: [rule] };
  writeFileSync(join(cwd, 'policy.yaml'), JSON.stringify(policy));
});
afterAll(() => {
  folders.removeAll();
});

/** The paths of a connector that the policy refuses. */
async function refused(path: string): Promise<string[]> {
  const connector = {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name: 'kb' },
    spec: { mode: 'file_pull', source: { type: 'file', path } },
  };
  writeFileSync(join(cwd, 'kb.yaml'), JSON.stringify(connector));
  const { problems } = await checkDefinitionsUnderPolicy(['kb.yaml'], { policyFile: 'policy.yaml', cwd });
  return problems.filter(({ code }) => code === 'policy_refused').map(({ subject }) => subject);
}

describe('the policy on the folder of a connector', () => {
  test('follows links in the part of a path that exists', async () => {
    expect(await refused(join(cwd, 'allowed'))).toEqual([]);
    expect(await refused(join(cwd, 'allowed', 'not', 'there', 'yet'))).toEqual([]);
    expect(await refused(join(cwd, 'allowed', 'link'))).toEqual(['spec.source.path']);
    expect(await refused(join(cwd, 'allowed', 'link', 'not', 'there', 'yet'))).toEqual(['spec.source.path']);
    expect(await refused(join(cwd, 'allowed', 'link', 'x'))).toEqual(['spec.source.path']);
    expect(await refused(join(cwd, 'not', 'there', 'allowed'))).toEqual(['spec.source.path']);
  });

  test('is applied to a path of many parts that do not exist', async () => {
    const deep = '/a'.repeat(2_000);
    expect(await refused(join(cwd, 'allowed', deep))).toEqual([]);
    expect(await refused(join(cwd, 'elsewhere', deep))).toEqual(['spec.source.path']);
    // Longer than any path can be; it is refused by its length, which is a problem of its own.
    expect(await refused(join(cwd, 'allowed', '/a'.repeat(45_000)))).toEqual([]);
  });
});

const knowledgeSource = (name: string, config: Partial<KnowledgeConfig> = {}): KnowledgeSource => ({
  apiVersion: 'sync.gemini.io/v1alpha1',
  kind: 'KnowledgeSource',
  metadata: { name },
  spec: {
    type: 'rest',
    title: 'Articles',
    tenantId: 'acme',
    config: {
      baseUrl: 'https://kb.example.com/articles',
      pageSizeParam: 'limit',
      requiresAuth: true,
      headersTemplate: { Authorization: 'Bearer {{API_KEY}}' },
      secretRef: 'kb-token',
      ...config,
    },
  },
});

const app = (name: string, spec: Partial<App['spec']> = {}): App => ({
  apiVersion: 'sync.gemini.io/v1alpha1',
  kind: 'App',
  metadata: { name },
  spec: {
    baseUrl: 'https://api.example.com',
    secretRef: 'shop-token',
    collections: [{ key: 'shop_product', path: '/products' }],
    ...spec,
  },
});

const ROW_ID = '0b6f4c3e-5c2e-4d8f-9d3f-0f3b8f1f6a55';

const RULES = [
  { connectors: ['*'], secrets: ['*'], hosts: ['*'] },
  { knowledgeSources: ['kb'], secrets: ['kb-token'], hosts: ['kb.example.com'] },
  { apps: ['shop'], secrets: ['shop-token'], hosts: ['api.example.com:443'] },
  { apps: ['inside'], secrets: ['shop-token'], plaintextHosts: ['shop.internal'] },
];

describe('the policy on knowledge sources and apps', () => {
  const place = () => ({ policyFile: 'kinds.yaml', cwd: folder });
  let folder: string;
  beforeAll(() => {
    folder = folders.make();
    const policy = (rules: unknown) => ({ apiVersion: 'sync.gemini.io/v1alpha1', kind: 'Policy', rules });
    writeFileSync(join(folder, 'kinds.yaml'), JSON.stringify(policy(RULES)));
    const withRow = [...RULES, { ...RULES[1], knowledgeSources: [ROW_ID] }];
    writeFileSync(join(folder, 'with-row.yaml'), JSON.stringify(policy(withRow)));
    mkdirSync(join(folder, 'all'));
  });

  const write = (file: string, definition: KnowledgeSource | App) => {
    writeFileSync(join(folder, file), JSON.stringify(definition));
  };

  test('allows what a rule for the kind and the name allows', async () => {
    write('a.yaml', knowledgeSource('kb'));
    write('b.yaml', app('shop'));
    expect(await loadKnowledgeSourceUnderPolicy('a.yaml', place())).toEqual(knowledgeSource('kb'));
    expect(await loadAppUnderPolicy('b.yaml', place())).toEqual(app('shop'));
    const permit = await permitOf(app('shop'), place());
    const server = { host: 'api.example.com', port: 443 };
    permit.server(server, ['shop-token']);
    expect(() => {
      permit.server(server, ['kb-token']);
    }).toThrow(expect.objectContaining({ code: 'POLICY_REFUSED' }));
    expect(permit.inClear(server, ['shop-token'])).toBe(false);
  });

  test.each([
    [knowledgeSource('shop'), 'metadata.name'],
    [knowledgeSource('kb', { secretRef: 'shop-token' }), 'spec.config.secretRef'],
    [knowledgeSource('kb', { baseUrl: 'https://other.example.com/' }), 'spec.config.baseUrl'],
    [knowledgeSource('kb', { secretRef: null }), 'spec.config.requiresAuth'],
    [app('kb'), 'metadata.name'],
    [app('shop', { secretRef: 'kb-token' }), 'spec.secretRef'],
    [app('shop', { baseUrl: 'https://api.example.com:8443' }), 'spec.baseUrl'],
    [app('shop', { tls: { caFile: '/etc/passwd' } }), 'spec.tls.caFile'],
    [app('shop', { secretHeaders: { 'X-App': 'kb-token' } }), 'spec.secretHeaders.X-App'],
  ])('refuses everything else, even what a rule for connectors allows: %#', async (definition, path) => {
    write('c.yaml', definition);
    const { problems, ...report } = await checkDefinitionsUnderPolicy(['c.yaml'], place());
    expect(problems.map(({ code, subject }) => `${code} ${subject}`)).toEqual([`policy_refused ${path}`]);
    expect([...report.knowledgeSources, ...report.apps]).toEqual([]);
    await expect(permitOf(definition, place())).rejects.toMatchObject({ code: 'POLICY_REFUSED' });
  });

  test('allows credentials without encryption to the named hosts only', async () => {
    write('d.yaml', app('inside', { baseUrl: 'http://shop.internal' }));
    expect((await checkDefinitionsUnderPolicy(['d.yaml'], place())).problems).toEqual([]);
    write('d.yaml', app('shop', { baseUrl: 'http://api.example.com:443' }));
    expect((await checkDefinitionsUnderPolicy(['d.yaml'], place())).problems).toMatchObject([
      { code: 'secret_in_clear' },
    ]);
  });

  test('refuses a row of kb_sources that another program inserted, unless a rule names its id', async () => {
    const row = knowledgeSource(ROW_ID);
    await expect(permitOf(row, place())).rejects.toMatchObject({ code: 'POLICY_REFUSED' });
    const permit = await permitOf(row, { ...place(), policyFile: 'with-row.yaml' });
    expect(() => {
      permit.server({ host: 'kb.example.com', port: 443 }, ['kb-token']);
    }).not.toThrow();
    await expect(permitOf(row, { ...place(), policyFile: undefined })).resolves.toBeDefined();
  });

  test('decides what the catalog has', async () => {
    write('all/a.yaml', knowledgeSource('kb'));
    write('all/b.yaml', app('shop'));
    write('all/c.yaml', app('other', { appKey: 'Other_1' }));
    const open = (policyFile: string | undefined) =>
      openCatalog({ directory: 'all', cwd: folder, policyFile, clock: systemClock }).current();
    const restricted = await open('kinds.yaml');
    expect([...restricted.knowledgeSources.keys(), ...restricted.apps.keys()]).toEqual(['kb', 'shop']);
    expect(restricted.mayBeBroken('other')).toBe(true);
    const free = await open(undefined);
    expect([...free.knowledgeSources.keys(), ...free.apps.keys()]).toEqual(['kb', 'shop', 'Other_1']);
    expect(free.apps.get('Other_1')?.app.metadata.name).toBe('other');
  });
});

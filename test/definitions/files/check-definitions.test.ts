import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { loadApp } from '../../../src/definitions/app/load.ts';
import { checkDefinitions } from '../../../src/definitions/files/check-definitions.ts';
import { loadKnowledgeSource } from '../../../src/definitions/knowledge-source/load.ts';
import { placeText } from '../../../src/definitions/problem.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { connectorOf } from '../../support/files/workplace.ts';

const folders = temporaryFolders();
let folder: string;
beforeEach(() => {
  folder = folders.make();
});
afterAll(() => {
  folders.removeAll();
});

const knowledgeSource = (name: string, config: object = {}) => ({
  apiVersion: 'sync.gemini.io/v1alpha1',
  kind: 'KnowledgeSource',
  metadata: { name },
  spec: {
    type: 'rest',
    title: 'Articles',
    tenantId: 'acme',
    config: { baseUrl: 'https://kb.example.com/articles', pageSizeParam: 'limit', ...config },
  },
});

const app = (name: string, spec: object = {}) => ({
  apiVersion: 'sync.gemini.io/v1alpha1',
  kind: 'App',
  metadata: { name },
  spec: {
    baseUrl: 'https://api.example.com',
    collections: [{ key: 'shop_product', path: '/products' }],
    ...spec,
  },
});

/** JSON is YAML. */
async function add(file: string, content: unknown): Promise<void> {
  await writeFile(
    join(folder, file),
    typeof content === 'string' ? content : JSON.stringify(content, null, 2),
  );
}

const check = (secretIsSet: (ref: string) => boolean = () => true) =>
  checkDefinitions(['.'], { cwd: folder, secretIsSet });

async function problems(): Promise<string[]> {
  return (await check()).problems.map(({ place, code, subject }) => `${placeText(place)} ${code} ${subject}`);
}

describe('a folder with definitions of all kinds', () => {
  test('has each file in the list of its kind', async () => {
    await add('a.yaml', knowledgeSource('kb'));
    await add('b.yaml', app('shop'));
    await add('c.yaml', connectorOf({ name: 'people' }));
    const report = await check();
    expect(report.problems).toEqual([]);
    expect(report.knowledgeSources.map(({ knowledgeSource: { metadata } }) => metadata.name)).toEqual(['kb']);
    expect(report.apps.map(({ app: { metadata } }) => metadata.name)).toEqual(['shop']);
    expect(report.connectors.map(({ connector }) => connector.metadata.name)).toEqual(['people']);
    expect([...report.names.values()]).toEqual(['kb', 'shop', 'people']);
  });

  test('has unique names per kind', async () => {
    await add('a.yaml', knowledgeSource('one'));
    await add('b.yaml', app('one'));
    await add('c.yaml', connectorOf({ name: 'one' }));
    expect(await problems()).toEqual([]);
    await add('d.yaml', knowledgeSource('one'));
    await add('e.yaml', app('one'));
    expect(await problems()).toEqual([
      'd.yaml:5 duplicate_name metadata.name',
      'e.yaml:5 duplicate_name metadata.name',
    ]);
  });

  test.each([
    [app('one', { appKey: 'shop' }), app('two', { appKey: 'shop' })],
    [app('shop'), app('two', { appKey: 'shop' })],
    [app('one', { appKey: 'shop' }), app('shop')],
  ])('has unique app keys, which are names by default: %#', async (one, other) => {
    await add('a.yaml', one);
    await add('b.yaml', other);
    const report = await check();
    expect(report.problems).toMatchObject([
      { code: 'duplicate_name', place: { file: 'b.yaml' }, subject: 'spec.appKey' },
    ]);
    expect(report.apps.map(({ file }) => file)).toEqual(['a.yaml']);
  });

  test('is warned of two secrets that are read from one variable, across kinds', async () => {
    const auth = { requiresAuth: true, headersTemplate: { 'X-Key': '{{API_KEY}}' }, secretRef: 'shop.key' };
    await add('a.yaml', knowledgeSource('kb', auth));
    await add('b.yaml', app('shop', { secretRef: 'shop-key' }));
    expect(await problems()).toEqual(['b.yaml:15 secret_ambiguous spec.secretRef']);
  });

  test('is warned of secrets that are not set', async () => {
    const auth = { requiresAuth: true, headersTemplate: { 'X-Key': '{{API_KEY}}' }, provider: 'kb' };
    await add('a.yaml', knowledgeSource('kb', auth));
    await add('b.yaml', app('shop', { secretRef: 'shop-key' }));
    expect((await check((ref) => ref === 'shop-key')).problems).toMatchObject([
      {
        status: 'warn',
        code: 'secret_missing',
        subject: 'spec.config.provider',
        message: 'The secret kb is not set here; a sync needs it.',
        fix: 'export SECRET_KB=…',
      },
    ]);
  });

  test('checks a large file elsewhere, and its secrets here', async () => {
    const filler = '#'.repeat(20_000);
    await add('b.yaml', `${JSON.stringify(app('shop', { secretRef: 'shop-key' }))}\n${filler}\n`);
    const elsewhere: string[] = [];
    const { problems: found, apps } = await checkDefinitions(['b.yaml'], {
      cwd: folder,
      secretIsSet: () => false,
      async checkElsewhere(file) {
        elsewhere.push(file);
        const { checkFile } = await import('../../../src/definitions/files/check-definitions.ts');
        return structuredClone(await checkFile(file, { cwd: folder }));
      },
    });
    expect({ elsewhere, codes: found.map(({ code }) => code), apps: apps.length }).toEqual({
      elsewhere: ['b.yaml'],
      codes: ['secret_missing'],
      apps: 1,
    });
  });
});

describe('the kind of a file', () => {
  const about = async (kind: unknown, spec: object = {}) => {
    await add('a.yaml', { apiVersion: 'sync.gemini.io/v1alpha1', kind, metadata: { name: 'a' }, spec });
    return (await check()).problems.map(({ subject, message, fix }) => ({ subject, message, fix }));
  };

  test('that does not exist is reported alone, with the three that do', async () => {
    expect(await about('Pipeline')).toEqual([
      {
        subject: 'kind',
        message: 'kind is "Pipeline", which is not one of the allowed values.',
        fix: 'kind: Connector | KnowledgeSource | App',
      },
    ]);
    expect(await about(7)).toMatchObject([
      { subject: 'kind', fix: 'kind: Connector | KnowledgeSource | App' },
    ]);
  });

  test('that is misspelt is reported with the likely one', async () => {
    expect(await about('knowledge-source')).toMatchObject([{ fix: 'kind: KnowledgeSource' }]);
    expect(await about('Conector')).toMatchObject([
      { message: 'kind is "Conector", which is not one of the allowed values. Did you mean Connector?' },
    ]);
  });

  test('is compared with the keys of the file', async () => {
    expect(await about('Connector', { collections: [] })).toMatchObject([
      { message: 'kind is Connector, and the keys of spec belong to the kind App.', fix: 'kind: App' },
    ]);
  });

  test.each([
    ['KnowledgeSource', { config: {} }, 'spec.config.baseUrl'],
    ['App', { collections: [{ key: 'a' }] }, 'spec.baseUrl'],
    ['Connector', { mode: 'sql_pull' }, 'spec.source'],
  ])('is found by the keys of the file when it is missing: %s', async (kind, spec, missing) => {
    const found = await about(undefined, spec);
    expect(found.find(({ subject }) => subject === 'kind')).toMatchObject({
      fix: expect.stringContaining(kind),
    });
    expect(found.map(({ subject }) => subject)).toContain(missing);
  });
});

describe('loading one definition', () => {
  test('returns a valid one', async () => {
    await add('a.yaml', knowledgeSource('kb'));
    await add('b.yaml', app('shop'));
    expect(await loadKnowledgeSource(join(folder, 'a.yaml'))).toEqual(knowledgeSource('kb'));
    expect(await loadApp(join(folder, 'b.yaml'))).toEqual(app('shop'));
  });

  test('refuses an invalid one, and one of another kind, with the error of its kind', async () => {
    await add('a.yaml', knowledgeSource('kb', { defaultPageSize: 500 }));
    await add('b.yaml', app('shop', { appKey: 'a b' }));
    await expect(loadKnowledgeSource(join(folder, 'a.yaml'))).rejects.toMatchObject({
      code: 'KNOWLEDGE_SOURCE_INVALID',
      message: expect.stringContaining('a.yaml:14: spec.config.defaultPageSize') as unknown,
    });
    await expect(loadApp(join(folder, 'b.yaml'))).rejects.toMatchObject({ code: 'APP_INVALID' });
    await expect(loadApp(join(folder, 'a.yaml'))).rejects.toMatchObject({ code: 'APP_INVALID' });
    await expect(loadApp(join(folder, 'c.yaml'))).rejects.toMatchObject({
      code: 'CONNECTOR_FILE_UNREADABLE',
    });
  });
});

import { afterEach, describe, expect, test } from '@jest/globals';
import { dataStoreFindings } from '../../../../src/app/doctor/cloud/data-store.ts';
import type { DoctorFinding } from '../../../../src/app/doctor/finding.ts';
import type { ConnectorSpec } from '../../../../src/definitions/connector/types.ts';
import { ACL_STORE, Caller, PLAIN_STORE } from '../../../stand-ins/discovery-engine/caller.ts';
import { connectorSpec } from '../../../support/pipeline/connector-spec.ts';
import type { DataStoreSetup, DiscoveryEngineOptions } from '../../../stand-ins/discovery-engine/options.ts';

const never = new AbortController().signal;
let caller: Caller;
afterEach(() => caller.standIn.close());

const SCHEMA = {
  type: 'object',
  properties: {
    title: { type: 'string', keyPropertyMapping: 'title' },
    uri: { type: 'string', keyPropertyMapping: 'uri' },
  },
};
const STORE: DataStoreSetup = { ...PLAIN_STORE, schema: SCHEMA };

const specFor = (
  gemini: Partial<ConnectorSpec['gemini']> = {},
  mapping: Partial<ConnectorSpec['mapping']> = {},
) => connectorSpec({ gemini, mapping });

async function open(options: Partial<DiscoveryEngineOptions> = {}, store = STORE): Promise<void> {
  caller = await Caller.open({ dataStores: [store], ...options });
}

const look = (spec: ConnectorSpec = specFor()) =>
  dataStoreFindings(spec, { url: caller.standIn.url, loopback: true }, never);

const brief = (findings: readonly DoctorFinding[]) =>
  findings.map(({ subject, status }) => `${subject}: ${status}`);

describe('a data store', () => {
  test('that matches the connector passes, and the number of its project is known', async () => {
    await open();
    const { findings, projectNumber } = await look();
    expect(brief(findings)).toEqual(['data store: ok', 'access control: ok', 'content: ok', 'schema: ok']);
    expect(findings[0]?.message).toBe('Project my-project has the data store hr in eu.');
    expect(projectNumber).toBe('123456789012');
    expect(new Set(caller.standIn.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  test('that is in another location fails, and names the one to write', async () => {
    await open();
    const { findings, projectNumber } = await look(specFor({ location: 'us' }));
    expect(brief(findings)).toEqual([
      'data store: fail',
      'access control: skip',
      'content: skip',
      'schema: skip',
    ]);
    expect(findings[0]).toMatchObject({
      code: 'GEMINI_NOT_FOUND',
      message: 'The data store hr of project my-project is in eu, not in us.',
      fix: 'Write `location: eu` under `spec.gemini`.',
    });
    expect(projectNumber).toBeUndefined();
  });

  test('that does not exist fails and says what to check', async () => {
    await open();
    const { findings } = await look(specFor({ dataStoreId: 'gone' }));
    expect(findings[0]).toMatchObject({
      status: 'fail',
      code: 'GEMINI_NOT_FOUND',
      fix: expect.stringContaining('`gemini.dataStoreId`'),
    });
  });

  test('that may not be read fails when documents have readers, and names the permission', async () => {
    await open({ permissions: { getDataStore: false } });
    const { findings } = await look(specFor({}, { aclUsersField: 'readers' }));
    expect(findings[0]).toMatchObject({
      status: 'fail',
      code: 'GEMINI_PERMISSION',
      fix: expect.stringContaining('discoveryengine.dataStores.get'),
    });
  });

  test('that may not be read is a warning without readers, because such a run continues', async () => {
    await open({ permissions: { getDataStore: false } });
    const { findings } = await look();
    expect(brief(findings)).toEqual([
      'data store: warn',
      'access control: skip',
      'content: skip',
      'schema: skip',
    ]);
    expect(findings[0]).toMatchObject({ fix: expect.stringContaining('discoveryengine.dataStores.get') });
  });

  test('that is temporarily unavailable is requested once and fails as transient', async () => {
    await open();
    const how = {
      kind: 'answer',
      httpStatus: 503,
      headers: {},
      body: '{"error":{"status":"UNAVAILABLE"}}',
    } as const;
    const fault = caller.standIn.fail({ when: { path: 'dataStores/hr' }, how, times: 5 });
    const { findings } = await look();
    expect(findings[0]).toMatchObject({ status: 'fail', code: 'GEMINI_UNREACHABLE' });
    expect(fault.hits).toBe(1);
  });
});

describe('access control', () => {
  test('that documents need and the store lacks fails', async () => {
    await open();
    const { findings } = await look(specFor({}, { aclUsersField: 'readers' }));
    expect(findings[1]).toMatchObject({
      subject: 'access control',
      code: 'GEMINI_STORE_MISMATCH',
      message: expect.stringContaining('everybody would see'),
    });
  });

  test('that the store has and documents lack fails', async () => {
    await open({}, { ...STORE, aclEnabled: true });
    const { findings } = await look();
    expect(findings[1]).toMatchObject({ status: 'fail', message: expect.stringContaining('no readers') });
  });

  test('that both have passes', async () => {
    await open({}, { ...ACL_STORE, schema: SCHEMA });
    const { findings } = await look(specFor({ dataStoreId: 'hr-acl' }, { aclUsersField: 'readers' }));
    expect(findings[1]).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('each document its readers'),
    });
  });
});

test('a content configuration that differs fails, next to an access control that does not', async () => {
  await open();
  const { findings } = await look(specFor({ contentConfig: 'CONTENT_REQUIRED' }));
  expect(brief(findings)).toEqual(['data store: ok', 'access control: ok', 'content: fail', 'schema: ok']);
  expect(findings[2]).toMatchObject({
    code: 'GEMINI_STORE_MISMATCH',
    message: expect.stringContaining('NO_CONTENT'),
    fix: expect.stringContaining('`gemini.contentConfig`'),
  });
});

describe('a schema', () => {
  test('without fields is a warning: the first documents decide their types', async () => {
    await open({}, PLAIN_STORE);
    const { findings } = await look();
    expect(findings[3]).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('first documents'),
    });
  });

  test('without the key properties that documents have is a warning, which names them', async () => {
    await open({}, { ...PLAIN_STORE, schema: { type: 'object', properties: { team: { type: 'string' } } } });
    expect((await look()).findings[3]).toMatchObject({
      status: 'warn',
      fix: expect.stringMatching(/ of title in /),
    });
    const withUri = specFor({}, { uriTemplate: 'https://example.com/{{ id }}' });
    expect((await look(withUri)).findings[3]).toMatchObject({
      fix: expect.stringMatching(/ of title and uri in /),
    });
  });

  test('that may not be read is a warning, because runs do not read it', async () => {
    await open({ permissions: { getSchema: false } });
    const { findings } = await look();
    expect(findings[3]).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('cannot be seen'),
      fix: expect.stringContaining('discoveryengine.schemas.get'),
    });
  });

  test('that cannot be fetched is only a warning', async () => {
    await open();
    caller.standIn.fail({ when: { path: 'schemas/' }, how: { kind: 'drop', effect: 'before' } });
    const { findings } = await look();
    expect(brief(findings)).toEqual(['data store: ok', 'access control: ok', 'content: ok', 'schema: warn']);
  });
});

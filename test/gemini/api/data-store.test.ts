import { afterEach, describe, expect, test } from '@jest/globals';
import {
  aclMismatch,
  contentMismatch,
  readDataStore,
  requireFit,
  type StoreFacts,
  type StoreNeeds,
} from '../../../src/gemini/api/data-store.ts';
import { answer, unavailable, type Fault } from '../../stand-ins/discovery-engine/faults.ts';
import { DATA_STORE, DeliveryPlace, type PlaceOptions } from '../../support/pipeline/delivery-place.ts';

const signal = new AbortController().signal;
const STORE = { projectId: DATA_STORE.project, location: DATA_STORE.location, dataStoreId: DATA_STORE.id };

let place: DeliveryPlace | undefined;

afterEach(async () => {
  await place?.close();
  place = undefined;
});

const open = async (options: PlaceOptions = {}) => (place = await DeliveryPlace.open(options));
const answering = (json: object): Fault => ({
  kind: 'answer',
  httpStatus: 200,
  headers: {},
  body: JSON.stringify(json),
});

describe('documents and their data store', () => {
  const needs = (acl: StoreNeeds['acl'], contentConfig: StoreNeeds['contentConfig'] = 'NO_CONTENT') => ({
    acl,
    contentConfig,
  });
  const facts = (aclEnabled: boolean, contentConfig = 'NO_CONTENT') => ({
    aclEnabled,
    contentConfig,
    projectNumber: undefined,
  });
  const mismatchOf = (wanted: StoreNeeds, found: StoreFacts) =>
    aclMismatch(wanted, found) ?? contentMismatch(wanted, found);

  test.each([
    [needs('off'), facts(false)],
    [needs('required'), facts(true)],
    [needs('required', 'CONTENT_REQUIRED'), facts(true, 'CONTENT_REQUIRED')],
  ])('fit: %j in %j', (wanted, found) => {
    expect(mismatchOf(wanted, found)).toBeUndefined();
  });

  test.each([
    [needs('required'), facts(false), 'everybody would see'],
    [needs('off'), facts(true), 'gives its documents no readers'],
    [needs('off'), facts(false, 'CONTENT_REQUIRED'), 'its contentConfig is CONTENT_REQUIRED'],
    [needs('off', 'CONTENT_REQUIRED'), facts(false), 'its contentConfig is NO_CONTENT'],
    [needs('off'), facts(false, 'PUBLIC_WEBSITE'), 'its contentConfig is PUBLIC_WEBSITE'],
  ])('do not fit: %j in %j', (wanted, found, words) => {
    expect(mismatchOf(wanted, found)).toContain(words);
  });
});

describe('a data store as Google describes it', () => {
  test('omits fields that are false or zero, which means no access control and no content', async () => {
    const here = await open();
    here.google.engine.fail({ when: { path: /dataStores\/hr$/ }, how: answering({ name: 'projects/p/x' }) });
    expect(await readDataStore(STORE, await here.api(), signal)).toEqual({
      aclEnabled: false,
      contentConfig: 'NO_CONTENT',
      projectNumber: undefined,
    });
  });

  test('tells the number of its project by its name', async () => {
    const here = await open();
    const name = 'projects/123/locations/eu/collections/default_collection/dataStores/hr';
    here.google.engine.fail({ when: { path: /dataStores\/hr$/ }, how: answering({ name }) });
    expect(await readDataStore(STORE, await here.api(), signal)).toMatchObject({ projectNumber: '123' });
  });

  test('has access control only if it says true', async () => {
    const here = await open();
    here.google.engine.fail({ when: { path: /dataStores\/hr$/ }, how: answering({ aclEnabled: 'true' }) });
    expect(await readDataStore(STORE, await here.api(), signal)).toMatchObject({ aclEnabled: false });
  });
});

describe('before anything is sent', () => {
  const fit = async (here: DeliveryPlace, acl: StoreNeeds['acl']) =>
    requireFit(STORE, { acl, contentConfig: 'NO_CONTENT' }, { api: await here.api(), log: here.log }, signal);

  test('a data store that fits is let pass', async () => {
    const here = await open({ dataStores: [{ ...DATA_STORE, aclEnabled: true }] });
    await expect(fit(here, 'required')).resolves.toBeUndefined();
  });

  test('one that does not fit is refused, with what to do', async () => {
    const here = await open({ dataStores: [{ ...DATA_STORE, contentConfig: 'CONTENT_REQUIRED' }] });
    await expect(fit(here, 'off')).rejects.toMatchObject({
      code: 'GEMINI_STORE_MISMATCH',
      message: expect.stringContaining('Nothing was sent to data store hr'),
      hint: expect.stringContaining('gemini.contentConfig'),
    });
  });

  test('one that cannot be read for lack of permission is accepted with a warning when no document has readers', async () => {
    const here = await open({ permissions: { getDataStore: false } });
    await expect(fit(here, 'off')).resolves.toBeUndefined();
    expect(here.lines.join('')).toContain('discoveryengine.dataStores.get');
  });

  test.each([
    ['may not be read', answer('PERMISSION_DENIED'), 'GEMINI_PERMISSION'],
    ['is not there', answer('NOT_FOUND'), 'GEMINI_NOT_FOUND'],
    ['cannot be reached', unavailable(), 'GEMINI_UNREACHABLE'],
  ])('one that %s is refused when readers are at stake', async (_, how, code) => {
    const here = await open({ dataStores: [{ ...DATA_STORE, aclEnabled: true }] });
    here.google.engine.fail({ when: { path: /dataStores\/hr$/ }, how, times: 2 });
    await expect(fit(here, 'required')).rejects.toMatchObject({ code });
  });
});

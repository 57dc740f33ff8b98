import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fileStore } from '../../../src/artifacts/file/store.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { createLogger, jsonFormat } from '../../../src/core/log.ts';
import { readFailures, samplesOf } from '../../../src/gemini/delivery/failures.ts';
import type { ArtifactStore } from '../../../src/pipeline/ports/ports.ts';
import { writeArtifact } from '../../contracts/artifact-store.contract.ts';
import { ALWAYS_HELD } from '../../support/pipeline/always-held.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
let store: ArtifactStore;
let lines: string[];

beforeEach(() => {
  store = fileStore(folders.make(), '/', ALWAYS_HELD);
  lines = [];
});
afterEach(() => {
  folders.removeAll();
});

const log = createLogger({
  write: (line) => lines.push(line),
  level: 'debug',
  format: jsonFormat,
  now: () => new Date(),
  redact: (line) => line,
});
const statuses = (...all: readonly object[]) => all.map((one) => `${JSON.stringify(one)}\n`).join('');
const read = (response?: unknown, from = store) =>
  readFailures('run/errors/1', response, { store: from, log });
const DOCUMENT = 'projects/1/locations/eu/collections/c/dataStores/d/branches/0/documents/hr__7';
const resource = (resourceName: string) => ({
  '@type': 'type.googleapis.com/google.rpc.ResourceInfo',
  resourceType: 'discoveryengine.googleapis.com/Document',
  resourceName,
});

describe('the failures of an operation', () => {
  test('are all those in all files that Google wrote, and no samples', async () => {
    await writeArtifact(
      store,
      'run/errors/1/a.jsonl',
      statuses({ message: 'one' }, { message: 'two' }),
      '\n',
    );
    await writeArtifact(store, 'run/errors/1/below/b.jsonl', statuses({ message: 'three' }));
    await writeArtifact(store, 'run/errors/10/c.jsonl', statuses({ message: 'of another attempt' }));
    const failures = await read({ errorSamples: [{ message: 'a sample' }] });
    expect(failures.map(({ reason }) => reason)).toEqual(['one', 'two', 'three']);
  });

  test('are the samples when Google wrote nothing', async () => {
    const response = { errorSamples: [{ message: 'a sample', details: [resource(DOCUMENT)] }] };
    expect(await read(response)).toEqual([{ reason: 'a sample', place: { apiId: 'hr__7' } }]);
  });

  test('are the samples, with a warning, when the bucket may not be read', async () => {
    const refused = new BridgeError('ARTIFACT_PERMISSION', 'You may not.', { hint: 'Grant it.' });
    const closed = { ...store, list: () => Promise.reject(refused) };
    expect(await read({ errorSamples: [{ message: 'a sample' }] }, closed)).toHaveLength(1);
    expect(lines.join('')).toContain('You may not.');
    expect(lines.join('')).toContain('Grant it.');
  });

  test('are read again later when the bucket cannot be reached', async () => {
    const away = { ...store, list: () => Promise.reject(new BridgeError('ARTIFACT_READ_FAILED', 'Away.')) };
    await expect(read({ errorSamples: [{ message: 'a sample' }] }, away)).rejects.toMatchObject({
      code: 'ARTIFACT_READ_FAILED',
    });
  });

  test.each([[undefined], [null], [{}], [{ errorSamples: {} }], ['text']])('are none in %j', (response) => {
    expect(samplesOf(response)).toEqual([]);
  });
});

describe('the name of a failed document', () => {
  const placeOf = (status: unknown) => samplesOf({ errorSamples: [status] })[0]?.place;

  test.each([
    ['the name of a resource in the details', { details: [resource(DOCUMENT)] }, { apiId: 'hr__7' }],
    ['the same in the message', { message: `Bad document ${DOCUMENT}: it is odd.` }, { apiId: 'hr__7' }],
    [
      'a line of a file in the details',
      { details: [{}, { description: 'see gs://b/hr/up.ndjson:12' }] },
      { uri: 'gs://b/hr/up.ndjson', line: 12 },
    ],
    [
      'a line of a file in the message',
      { message: 'gs://b/up.ndjson:0: odd' },
      { uri: 'gs://b/up.ndjson', line: 0 },
    ],
    [
      'a line of a file in a folder called documents',
      { message: 'gs://b/connectors/documents/runs/R1/up.ndjson:3' },
      { uri: 'gs://b/connectors/documents/runs/R1/up.ndjson', line: 3 },
    ],
  ])('is found as %s', (_, status, place) => {
    expect(placeOf(status)).toEqual(place);
  });

  test.each([
    ['nothing', undefined],
    ['a text', 'odd'],
    ['no details', { message: 'It is odd.' }],
    ['details of other kinds', { details: [null, 'x', 7, { line: 12 }, { uri: 'gs://b/up.ndjson' }] }],
    ['an id that is too long to be one', { message: DOCUMENT.replace('hr__7', 'x'.repeat(129)) }],
  ])('is not known from %s', (_, status) => {
    expect(placeOf(status)).toBeUndefined();
  });

  test('has Google’s words, in one line and not endless', () => {
    const [failure] = samplesOf({ errorSamples: [{ message: `a\n\u001b[31mb${'c'.repeat(10_000)}` }] });
    expect(failure?.reason.startsWith('a [31mbc')).toBe(true);
    expect(failure?.reason.length).toBeLessThan(600);
  });

  test('does not come from a line that is not JSON, which may be the document itself', async () => {
    await writeArtifact(store, 'run/errors/1/a.jsonl', `{"salary":"4711", ${DOCUMENT}\n`);
    expect(await read()).toEqual([{ place: undefined, reason: 'no reason given' }]);
  });
});

import { protos } from '@google-cloud/discoveryengine';
import { describe, expect, it } from '@jest/globals';
import { problemsOf } from './check.ts';

const { Document } = protos.google.cloud.discoveryengine.v1;

const valid = {
  id: 'hr__1',
  structData: { title: 'Mei', office: null, years: 3.5, tags: ['a', { b: true }] },
  content: { mimeType: 'text/plain', rawBytes: 'aGk=' },
  aclInfo: { readers: [{ principals: [{ groupId: 'hr@x' }, { userId: 'mei@x' }] }] },
};

describe('the referee', () => {
  it('takes a document as it should be', () => {
    expect(problemsOf('Document', valid)).toEqual([]);
    const { id, content } = valid;
    expect(problemsOf('Document', { id, content, jsonData: '{"n":9007199254740993}' })).toEqual([]);
  });

  // What Google's own runtime says about the same objects is the reason for the referee.
  it.each([
    [
      'a typo',
      { ...valid, structdata: {} },
      ['structdata: google.cloud.discoveryengine.v1.Document has no such field'],
    ],
    [
      'a typo further in',
      { ...valid, aclInfo: { readers: [{ principals: [{ user: 'mei@x' }] }] } },
      ['aclInfo.readers[0].principals[0].user: google.cloud.discoveryengine.v1.Principal has no such field'],
    ],
    [
      'names of the proto',
      { id: 'a', json_data: '{}' },
      ["json_data: is the proto's name; JSON has jsonData"],
    ],
    ['output-only fields', { ...valid, derivedStructData: {} }, ['derivedStructData: is output only']],
    [
      'the structData of a client',
      { id: 'a', structData: { fields: { t: { stringValue: 'x' } } } },
      ['structData: must be a JSON object of its own, as a Struct is'],
    ],
    [
      'base64 that is none',
      { ...valid, content: { mimeType: 'text/plain', rawBytes: 'not base64!' } },
      ['content.rawBytes: must be a string of base64, not "not base64!"'],
    ],
  ])('refuses %s, which verify lets pass', (_, document, problems) => {
    expect(Document.verify(document)).toBeNull();
    expect(problemsOf('Document', document)).toEqual(problems);
  });

  it.each([
    ['a number for a string', { ...valid, id: 7 }, ['id: must be a string, not 7']],
    [
      'two members of a oneof',
      { ...valid, jsonData: '{}' },
      ['google.cloud.discoveryengine.v1.Document: only one of structData and jsonData may be there'],
    ],
    [
      'two kinds of principal in one',
      { ...valid, aclInfo: { readers: [{ principals: [{ userId: 'a', groupId: 'b' }] }] } },
      ['aclInfo.readers[0].principals[0]: only one of userId and groupId may be there'],
    ],
    [
      'a list as structData',
      { ...valid, structData: ['a'] },
      ['structData: must be a JSON object of its own, as a Struct is'],
    ],
    [
      'text for a truth value',
      { ...valid, aclInfo: { readers: [{ idpWide: 'true' }] } },
      ['aclInfo.readers[0].idpWide: must be true or false, not "true"'],
    ],
  ])('refuses %s, which fromObject makes something else of', (_, document, problems) => {
    expect(() => Document.fromObject(document)).not.toThrow();
    expect(problemsOf('Document', document)).toEqual(problems);
  });

  it.each([
    [
      'text as structData',
      { ...valid, structData: '{}' },
      ['structData: must be a JSON object of its own, as a Struct is'],
    ],
    ['an object for a list', { ...valid, aclInfo: { readers: {} } }, ['aclInfo.readers: must be an array']],
  ])('refuses %s', (_, document, problems) => {
    expect(problemsOf('Document', document)).toEqual(problems);
  });

  it.each([
    ['null', null],
    ['a list', []],
    ['text', '{}'],
  ])('refuses %s for a message', (_, json) => {
    expect(problemsOf('Document', json)).toEqual([expect.stringContaining('must be a JSON object')]);
  });

  it('knows times, durations, masks, 64-bit integers and messages of any type by their JSON', () => {
    const operation = (metadata: object) =>
      problemsOf('google.longrunning.Operation', { name: 'o', metadata });
    const type = 'type.googleapis.com/google.cloud.discoveryengine.v1.ImportDocumentsMetadata';
    expect(
      operation({ '@type': type, createTime: '2026-11-20T12:00:00.123456789Z', successCount: '3' }),
    ).toEqual([]);
    expect(operation({ '@type': type, createTime: 'yesterday' })).toHaveLength(1);
    expect(operation({ '@type': type, successCount: 3 })).toHaveLength(1);
    expect(operation({ '@type': type, succesCount: '3' })).toHaveLength(1);
    expect(operation({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'R' })).toEqual([]);
    expect(operation({ successCount: '3' })).toHaveLength(1);
    const mask = (updateMask: unknown) =>
      problemsOf('ImportDocumentsRequest', { updateMask }, { pathParams: ['parent'] });
    expect(mask('structData,content.uri')).toEqual([]);
    expect(mask('struct_data')).toHaveLength(1);
    expect(mask({ paths: ['structData'] })).toHaveLength(1);
  });
});

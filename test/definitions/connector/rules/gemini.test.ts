import { describe, expect, test } from '@jest/globals';
import { geminiFindings } from '../../../../src/definitions/connector/rules/gemini.ts';

type Fields = Readonly<Record<string, unknown>>;

const found = (gemini: Fields, mapping: Fields = {}) => geminiFindings({ spec: { gemini, mapping } });
const told = (gemini: Fields, mapping: Fields) =>
  found(gemini, mapping).map(({ code, path, message, fix }) => `${code} ${path} ${message} ${fix}`);

describe('acl', () => {
  test.each([
    [{}, {}],
    [{}, { aclUsersField: 'users' }],
    [{ acl: 'off' }, {}],
    [{ acl: 'required' }, { aclUsersField: 'users' }],
    [{ acl: 'required' }, { aclGroupsField: 'groups' }],
    [{ acl: 'required' }, { aclUsersField: 'users', aclGroupsField: 'groups' }],
  ])('%j fits the mapping %j', (gemini, mapping) => {
    expect(found(gemini, mapping)).toEqual([]);
  });

  test('may not be required of documents that have no readers', () => {
    expect(told({ acl: 'required' }, {})).toEqual([
      expect.stringMatching(
        /^acl_contradiction spec\.gemini\.acl .*aclUsersField or aclGroupsField.*acl: off/,
      ),
    ]);
  });

  test.each([
    [{ aclUsersField: 'users' }, /with aclUsersField\. .*take aclUsersField out/],
    [{ aclGroupsField: 'groups' }, /with aclGroupsField\. .*take aclGroupsField out/],
    [
      { aclUsersField: 'users', aclGroupsField: 'groups' },
      /with aclUsersField and aclGroupsField\. .*take aclUsersField and aclGroupsField out/,
    ],
    // A field of the wrong shape names readers too.
    [{ aclUsersField: ['a', 'b'] }, /with aclUsersField\. /],
  ])('may not be off when the mapping names readers: %j', (mapping, says) => {
    expect(told({ acl: 'off' }, mapping)).toEqual([expect.stringMatching(says)]);
  });
});

describe('the media type', () => {
  test.each([undefined, 'text/plain', 'text/html', 'text/xml', 'application/xml', 'application/json'])(
    '%s is taken as content',
    (mimeType) => {
      expect(found({}, { mimeType })).toEqual([]);
      expect(found({ contentConfig: 'CONTENT_REQUIRED' }, { mimeType })).toEqual([]);
    },
  );

  test.each([
    ['text/markdown', 'mimeType: text/plain'],
    ['text/csv', 'mimeType: text/plain'],
    ['application/pdf', expect.stringContaining('text/html')],
    ['image/png', expect.stringContaining('application/json')],
  ])('%s is not, and matters only where content is sent', (mimeType, fix) => {
    const finding = {
      code: 'mime_type_not_taken',
      path: 'spec.mapping.mimeType',
      message: expect.stringContaining('text/plain, text/html, text/xml, application/xml, application/json'),
      fix,
    };
    expect(found({}, { mimeType })).toEqual([finding]);
    expect(found({ contentConfig: 'CONTENT_REQUIRED' }, { mimeType })).toEqual([finding]);
    expect(found({ contentConfig: 'NO_CONTENT' }, { mimeType })).toEqual([]);
  });
});

test.each([undefined, null, 'text', [], {}, { spec: { gemini: 7, mapping: null } }])(
  'the rules are silent about %j',
  (connector) => {
    expect(geminiFindings(connector)).toEqual([]);
  },
);

describe('location', () => {
  test.each(['global', 'us', 'eu'])('%s is known', (location) => {
    expect(found({ location })).toEqual([]);
  });

  test.each([
    ['europe', 'location: eu'],
    ['mars', 'location: global | us | eu'],
  ])('%s is only a warning, because Google may add one', (location, fix) => {
    expect(found({ location })).toMatchObject([{ status: 'warn', code: 'location_unknown', fix }]);
  });
});

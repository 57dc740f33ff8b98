import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { documentNamed } from '../../../src/app/explain/named-document.ts';
import { toBridgeError } from '../../../src/core/errors.ts';

const noRecords = { recordIds: () => Readable.from([]) };

const named = (given: string, idFields = ['id']) =>
  documentNamed(
    { given, connectorId: 'hr', target: 'local', idFields, command: (docId) => `explain ${docId}` },
    noRecords,
  );

const hintOf = async (given: string, idFields?: string[]) => {
  const error = await named(given, idFields).then(
    () => undefined,
    (thrown: unknown) => toBridgeError(thrown),
  );
  expect(error).toMatchObject({ code: 'USAGE', exit: 2 });
  return error?.hint;
};

describe('documentNamed', () => {
  test.each([
    ['the id of a document', 'hr:4711', 'hr:4711'],
    ['the id in the data store', 'hr__4711', 'hr:4711'],
    ['the key of a row', '4711', 'hr:4711'],
    ['a key with characters that the data store encodes', 'a_b/c é', 'hr:a_b/c é'],
  ])('returns the id of the document for %s', async (_what, given, docId) => {
    expect(await named(given)).toBe(docId);
  });

  test.each([
    ['a key with a colon, which may be an id of another connector', 'crm:1', ['hr:crm%3A1']],
    ['an id of another connector in the data store', 'crm__1', ['hr:crm__1']],
    ['a key that may be encoded already', 'a%3Ab', ['hr:a%3Ab', 'hr:a%253Ab']],
    ['a key with a percent sign', '5%', ['hr:5%25']],
  ])('refuses %s, and prints the commands that can be meant', async (_what, given, ids) => {
    const commands = ids.map((id) => `explain ${id}`).join('  or: ');
    expect(await hintOf(given)).toBe(`Its ids have the form hr:<id>. For the key of a row, run: ${commands}`);
  });

  test('refuses one part of an id of two, and completes both', async () => {
    const form = 'Its ids have the form hr:<land>:<number>.';
    expect(await hintOf('7', ['land', 'number'])).toBe(form);
    expect(await hintOf('de:7', ['land', 'number'])).toBe(
      `${form} For the key of a row, run: explain hr:de:7`,
    );
  });
});

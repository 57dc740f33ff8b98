import { describe, expect, test } from '@jest/globals';
import { patternFix } from '../../../src/definitions/schema/own-value.ts';
import { connectorDocument } from '../../../src/definitions/connector/schema/schema-document.ts';

const fix = (path: string, value: unknown) =>
  patternFix(path, path.split('.').at(-1) ?? '', value, connectorDocument.at(path) ?? {});

describe('what to write in place of a value that does not match its pattern', () => {
  test.each([
    ['metadata.name', 'assets_2', 'name: assets-2'],
    ['metadata.name', ' HR Employees! ', 'name: hr-employees'],
    ['spec.output.bucket', 's3://acme-sync', 'bucket: gs://acme-sync'],
    ['spec.output.bucket', 'Acme-Sync', 'bucket: gs://acme-sync'],
    ['spec.gemini.location', 'EU', 'location: eu'],
  ])('is the own value of %s, corrected: %j', (path, value, expected) => {
    expect(fix(path, value)).toBe(expected);
  });

  test.each([
    ['metadata.name', '___'],
    ['metadata.name', 'x'.repeat(70)],
    ['metadata.name', 4],
    ['spec.output.bucket', 's3://a b'],
  ])('is an example that is marked as one where no own value matches: %s %j', (path, value) => {
    expect(fix(path, value)).toMatch(/^for example (?:name|bucket): /);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { BUSINESS_SHAPES } from '../rest/shapes/business-shapes.ts';
import { CONTENT_SHAPES } from '../rest/shapes/content-shapes.ts';
import { ISSUE_SHAPES } from '../rest/shapes/issue-shapes.ts';
import { STORAGE_SHAPES } from '../rest/shapes/storage-shapes.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'rest-api-shapes.md'), 'utf8');

describe('the table of tested APIs', () => {
  const SHAPES = { ...ISSUE_SHAPES, ...CONTENT_SHAPES, ...BUSINESS_SHAPES, ...STORAGE_SHAPES };
  test.each(Object.keys(SHAPES))('has the tests of %s', (name) => {
    expect(PAGE).toContain(`[${name}](../test/rest/shapes/`);
  });
});

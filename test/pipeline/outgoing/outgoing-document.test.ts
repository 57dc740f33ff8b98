import { describe, expect, test } from '@jest/globals';
import { LACKS } from '../../../src/kernel/batch-renderer.ts';
import { DocumentRenderer } from '../../../src/pipeline/document/document.ts';
import { SingleDocument } from '../../../src/pipeline/outgoing/outgoing-document.ts';
import { RowCursor } from '../../../src/pipeline/document/row-cursor.ts';
import type { Column } from '../../../src/pipeline/ports/ports.ts';
import { mappingOf } from '../../support/pipeline/mapping.ts';
import { batchOf } from '../../support/pipeline/rows-source.ts';

const COLUMNS: Column[] = ['id', 'title', 'body', 'path'].map((name) => ({ name, kind: 'text' }));

function lacksOf(row: readonly (string | null)[], uriTemplate: string | undefined): number {
  const mapping = mappingOf({
    titleField: 'title',
    contentTemplate: '{{ body }}',
    ...(uriTemplate !== undefined && { uriTemplate }),
  });
  const renderer = new DocumentRenderer(mapping, COLUMNS);
  const cursor = new RowCursor(COLUMNS.length);
  cursor.load(batchOf(COLUMNS, [row]), 0);
  expect(renderer.render(cursor, 'hr:1')).toBeUndefined();
  return new SingleDocument(renderer).lacks;
}

describe('SingleDocument', () => {
  test.each([
    ['nothing when it is complete', ['1', 'a title', 'a body', 'a'], '{{ path }}', 0],
    ['a title', ['1', '', 'a body', 'a'], undefined, LACKS.title],
    ['content', ['1', 'a title', '', 'a'], undefined, LACKS.content],
    ['a link when its mapping makes links', ['1', 'a title', 'a body', ''], '{{ path }}', LACKS.uri],
    ['no link when its mapping makes none', ['1', 'a title', 'a body', ''], undefined, 0],
  ])('lacks %s', (_, row, uriTemplate, lacks) => {
    expect(lacksOf(row, uriTemplate)).toBe(lacks);
  });
});

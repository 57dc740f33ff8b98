import { describe, expect, test } from '@jest/globals';
import { initSummary } from '../../../src/cli/output/init-summary.ts';

const RESULT = {
  parts: [
    {
      name: 'connectors/documents.yaml',
      purpose: 'the example connector: fill in its source and mapping',
      files: [{ path: 'connectors/documents.yaml', text: '' }],
    },
    { name: 'README.md', purpose: 'explains all of this', files: [{ path: 'README.md', text: '' }] },
  ],
  written: ['connectors/documents.yaml', 'README.md'],
  unchanged: [],
  kept: [],
};

function shownOn(columns: number): readonly string[] {
  const stream = { write: () => undefined, isTTY: true, columns };
  return initSummary(RESULT, { dir: '.', packageFrom: undefined, noColor: true, stream }).split('\n');
}

describe('initSummary', () => {
  test('wraps the purpose of a file below itself when the terminal is narrow', () => {
    expect(shownOn(60).slice(2, 6)).toEqual([
      '  connectors/documents.yaml  the example connector: fill in',
      '                             its source and mapping',
      '  README.md                  explains all of this',
      '',
    ]);
  });

  test('keeps the purpose of a file on its line when the terminal is wide', () => {
    expect(shownOn(100)[2]).toBe(
      '  connectors/documents.yaml  the example connector: fill in its source and mapping',
    );
  });
});

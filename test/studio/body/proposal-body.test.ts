import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inertBlock, inertCode } from '../../../src/studio/body/inert-text.ts';
import { retireCommand } from '../../../src/studio/body/documents-text.ts';
import { proposalBody, type ProposalText } from '../../../src/studio/body/proposal-body.ts';

const HOSTILE = '@org/team fixes #1 <img onerror=x> {{7*7}} ```` ``` `a` \u202e [x](javascript:1)';

const TEXT: ProposalText = {
  connectorId: 'hr-employees',
  action: 'edit',
  path: 'connectors/hr-employees.yaml',
  files: [{ path: 'connectors/hr-employees.yaml', before: 'a: 1\n', after: 'a: 2\n' }],
  notes: [],
  warnings: [],
  advice: [],
  documents: null,
  documentsChoice: 'keep',
  preview: null,
  reason: '',
  proposedBy: 'Ada',
};

/** The text outside of code, as Markdown reads fences and spans. */
function outsideCode(markdown: string): string {
  const withoutBlocks = markdown.replaceAll(/^(`{3,})[a-z]*\n[\s\S]*?\n\1$/gm, '');
  return withoutBlocks.replaceAll(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '');
}

describe('proposalBody', () => {
  test('has every text of a user as code, however many backticks it has', () => {
    const remarks = [HOSTILE, `${'`'.repeat(9)}\n${HOSTILE}`];
    const body = proposalBody({
      ...TEXT,
      reason: `${HOSTILE}\n\`\`\`\n@org/team\n~~~\n`,
      proposedBy: HOSTILE,
      notes: remarks.map((text) => ({ tone: 'warn', text })),
      warnings: remarks,
      advice: remarks,
    });
    const outside = outsideCode(body);
    for (const mark of ['@org', '<img', 'fixes #1', '{{', 'javascript:']) expect(outside).not.toContain(mark);
    expect(body).not.toContain('\u202e');
  });

  test('has the counts of a dry run with their time, and none if the draft was not counted', () => {
    const preview = { added: 3, changed: 1_200, deleted: 2, held: 40, at: '2026-11-29T10:00:00.000Z' };
    const body = proposalBody({ ...TEXT, preview });
    expect(body).toContain(
      'A dry run on `2026-11-29T10:00:00.000Z` counted these documents: 3 added, 1,200 changed, 2 deleted, and 40 more deletes held.',
    );
    expect(proposalBody(TEXT)).not.toContain('dry run');
  });

  test('stays below the limit of GitHub for any number and length of texts', () => {
    const long = 'x`'.repeat(50_000);
    const many = Array.from({ length: 500 }, () => long);
    const body = proposalBody({
      ...TEXT,
      reason: long,
      proposedBy: long,
      warnings: many,
      advice: many,
      notes: many.map((text) => ({ tone: 'info', text })),
    });
    expect(body.length).toBeLessThanOrEqual(59_000);
  });

  test('says what becomes of the documents of a deleted connector, with the exact command', () => {
    const documents = { count: 1_234, at: '2026-11-29T10:00:00.000Z' };
    const keep = proposalBody({ ...TEXT, action: 'delete', documents });
    expect(keep).toContain('1,234 documents of this connector are in the index.');
    expect(keep).toContain('The documents stay in the index');
    const remove = proposalBody({ ...TEXT, action: 'delete', documents, documentsChoice: 'remove_first' });
    expect(remove).toContain('retire --connector connectors/hr-employees.yaml --allow-deletes 1234');
  });
});

describe('retireCommand', () => {
  test('quotes a path that a shell would carry out', () => {
    expect(retireCommand('connectors/$(id);x.yaml', 3)).toBe(
      "gemini-sync-bridge retire --connector 'connectors/$(id);x.yaml' --allow-deletes 3",
    );
  });
});

describe('inertCode and inertBlock', () => {
  test('have a fence that no text can close', () => {
    const text = fc.string({ unit: fc.constantFrom('`', '~', 'a', '@', '\n', ' ', '|', '\\') });
    fc.assert(
      fc.property(text, (each) => {
        expect(outsideCode(`${inertBlock(each)}\nend`).trim()).toBe('end');
        // Code without a character is an empty text.
        expect(each.trim() === '' ? 'end' : outsideCode(`${inertCode(each)} end`).trim()).toBe('end');
      }),
      { numRuns: 300 },
    );
  });
});

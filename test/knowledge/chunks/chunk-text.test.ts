import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/cl100k_base';
import { chunkText, type TextChunk } from '../../../src/knowledge/chunks/chunk-text.ts';
import { loadTokenCount } from '../../../src/knowledge/chunks/tokens.ts';

const TOKENS_MAX = 1_000;
const OVERLAP_MAX = 120;

const SENTENCES: Readonly<Record<string, string>> = {
  English: 'Refunds are paid within ten days. Write to support for more. ',
  Amharic: 'ገንዘቡ በአሥር ቀናት ውስጥ ይመለሳል። ተጨማሪ ለማወቅ ይጻፉልን። ',
  Burmese: 'ပြန်အမ်းငွေကို ဆယ်ရက်အတွင်း ပေးပါမည်။ ဆက်သွယ်ပါ။',
  Chinese: '退款将在十天内支付。更多信息请联系支持人员。',
  emoji: '👩‍👩‍👧‍👦🎉👍🏽🇪🇹',
  code: 'function f(x) {\n    return x * 2;\n}\n\n',
};

/** Counted by the tokenizer itself, so that a fault of our own counting shows. */
function tokens(text: string): number {
  return countTokens(text, { disallowedSpecial: new Set() });
}

function withoutOverlaps(chunks: readonly TextChunk[]): string {
  return chunks.map(({ text, overlap }) => text.slice(overlap)).join('');
}

/** Expects the promises of `chunkText` for any text. */
async function expectPromises(text: string, count = tokens): Promise<readonly TextChunk[]> {
  const chunks = await chunkText(text);
  expect(withoutOverlaps(chunks)).toBe(text.trim() === '' ? '' : text);
  chunks.forEach((chunk, index) => {
    expect(count(chunk.text)).toBeLessThanOrEqual(TOKENS_MAX);
    const repeated = chunk.text.slice(0, chunk.overlap);
    expect(count(repeated)).toBeLessThanOrEqual(OVERLAP_MAX);
    expect(chunk.text.length).toBeGreaterThan(chunk.overlap);
    expect(index === 0 ? '' : chunks[index - 1]?.text.slice(-chunk.overlap)).toBe(repeated);
    if (text.isWellFormed()) expect(chunk.text.isWellFormed()).toBe(true);
  });
  return chunks;
}

describe('chunkText', () => {
  test('returns a short text as one chunk', async () => {
    expect(await chunkText('A\n\n  table | of | cells \n')).toEqual([
      { text: 'A\n\n  table | of | cells \n', overlap: 0 },
    ]);
  });

  test('returns no chunk for a text of white space', async () => {
    expect(await chunkText('')).toEqual([]);
    expect(await chunkText(' \n\u00a0\t')).toEqual([]);
    expect(await chunkText('\uFEFF')).toEqual([]);
  });

  test.each(Object.entries(SENTENCES))(
    'cuts %s into chunks of similar size that overlap',
    async (_, sentence) => {
      const text = sentence.repeat(Math.ceil(5_000 / tokens(sentence)));
      const chunks = await expectPromises(text);
      expect(chunks.length).toBeGreaterThanOrEqual(5);
      expect(chunks.length).toBeLessThanOrEqual(8);
      for (const { text: chunk } of chunks) expect(tokens(chunk)).toBeGreaterThan(500);
      for (const { text: chunk, overlap } of chunks.slice(1)) {
        expect(tokens(chunk.slice(0, overlap))).toBeGreaterThan(60);
      }
    },
  );

  test('ends a chunk after a paragraph rather than after a sentence', async () => {
    const text = `${'One sentence of six words here. '.repeat(20)}\n\n`.repeat(12);
    const chunks = await expectPromises(text);
    for (const { text: chunk } of chunks) expect(chunk.endsWith('\n\n')).toBe(true);
  });

  test('keeps the indentation of a line when it cuts before the line', async () => {
    const text = '    indented line of code without an end\n'.repeat(300);
    const chunks = await expectPromises(text);
    for (const { text: chunk, overlap } of chunks) expect(chunk.slice(overlap)).toMatch(/^ {4}indented/);
  });

  test('ends a chunk after a sentence in a script without blanks', async () => {
    const chunks = await expectPromises('这是一个关于知识库的很长的句子'.repeat(3).concat('。').repeat(100));
    for (const { text: chunk } of chunks) expect(chunk.endsWith('。')).toBe(true);
  });

  test('cuts an emoji of several code points only between complete emoji', async () => {
    const chunks = await expectPromises('👩‍👩‍👧‍👦'.repeat(800));
    for (const { text: chunk, overlap } of chunks) {
      expect(chunk.slice(overlap).replaceAll('👩‍👩‍👧‍👦', '')).toBe('');
    }
  });

  test.each([
    ['special tokens of the model', '<|endoftext|>'.repeat(600)],
    ['NUL characters', 'a\u0000b'.repeat(3_000)],
    ['lone surrogates', '\ud83d'.repeat(6_000)],
    ['lone surrogates in the wrong order', '\udc00\ud800'.repeat(3_000)],
    ['byte order marks inside', 'text\uFEFF '.repeat(1_000)],
    ['two kinds of letters with different costs', `${'a'.repeat(20_000)}${'猫'.repeat(3_000)}`],
    [
      'long words before letters of many tokens',
      `${'internationalization responsibilities '.repeat(900)}${'猫'.repeat(3_000)}`,
    ],
    ['blanks between few words', `${' '.repeat(5_000)}word`.repeat(100)],
    ['lines that end as in Windows', 'one\r\ntwo words\r\n\r\n'.repeat(1_000)],
  ])('cuts a text with %s', async (_, text) => {
    const count = await loadTokenCount();
    const chunks = await expectPromises(text, count);
    expect(chunks.length).toBeGreaterThan(1);
  });

  test('removes a byte order mark at the start', async () => {
    expect(await chunkText('\uFEFFtitle')).toEqual([{ text: 'title', overlap: 0 }]);
  });

  test('cuts 100,000 equal letters within the time of a batch', async () => {
    const count = await loadTokenCount();
    // Counted without cutting the run first, this would take more than a minute.
    const chunks = await expectPromises('a'.repeat(100_000), count);
    expect(chunks.length).toBe(15);
  });

  test('fulfils its promises for any text', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...Object.values(SENTENCES),
        '\n',
        '\n\n',
        ' ',
        '\t',
        '<|endoftext|>',
        '\uFEFF',
        '\u0000',
      ),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.constantFrom('\ud800', '\udfff'),
    );
    const block = fc
      .tuple(piece, fc.integer({ min: 1, max: 150 }))
      .map(([text, times]) => text.repeat(times));
    const texts = fc.array(block, { maxLength: 12 }).map((blocks) => blocks.join(''));
    const count = await loadTokenCount();
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const chunks = await expectPromises(text.replace(/^\uFEFF+/, ''), count);
        expect(await chunkText(text.replace(/^\uFEFF+/, ''))).toEqual(chunks);
      }),
      { numRuns: 40 },
    );
  });
});

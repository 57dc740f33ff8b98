import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fileStore } from '../../../src/artifacts/file/store.ts';
import { linesOf } from '../../../src/gemini/delivery/artifact-lines.ts';
import type { ArtifactStore } from '../../../src/pipeline/ports/ports.ts';
import { ALWAYS_HELD } from '../../support/pipeline/always-held.ts';
import { text } from '../../support/pipeline/arbitrary.ts';

/** A store that gives an artifact in chunks of this number of bytes, in memory that it reuses. */
function storeOf(content: string, chunkBytes: number): ArtifactStore {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(content);
    const reused = Buffer.alloc(chunkBytes);
    for (let start = 0; start < bytes.length; start += chunkBytes) {
      const length = bytes.copy(reused, 0, start, start + chunkBytes);
      yield await Promise.resolve(reused.subarray(0, length));
    }
  }
  return { ...fileStore('.', '/', ALWAYS_HELD), open: () => Promise.resolve(chunks()) };
}

async function linesIn(content: string, chunkBytes: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(storeOf(content, chunkBytes), 'x')) lines.push(line);
  return lines;
}

describe('the lines of an artifact', () => {
  test('are what was written, wherever the chunks break', async () => {
    const line = text.map((one) => one.replaceAll('\n', ''));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 40 }), async (lines, chunkBytes) => {
        const content = lines.map((one) => `${one}\n`).join('');
        expect(await linesIn(content, chunkBytes)).toEqual(lines);
      }),
    );
  });

  test('include a last one that is not ended, and none of an empty artifact', async () => {
    expect(await linesIn('a\nb', 2)).toEqual(['a', 'b']);
    expect(await linesIn('', 2)).toEqual([]);
  });
});

import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { offlineEmbedder } from '../../../src/knowledge/embeddings/offline.ts';

const NEVER = new AbortController().signal;

async function vectors(...texts: readonly string[]): Promise<Float32Array[]> {
  const embeddings = await offlineEmbedder.embed(texts, NEVER);
  return embeddings.map((embedding) => {
    if ('refused' in embedding) throw new Error(embedding.refused);
    return embedding.vector;
  });
}

const NOTHING: Float32Array = new Float32Array();

function dot(one = NOTHING, other = NOTHING): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
}

/** The first text's similarity to each of the others. */
async function similarities(query: string, ...texts: readonly string[]): Promise<number[]> {
  const [first, ...others] = await vectors(query, ...texts);
  return others.map((other) => dot(first, other));
}

describe('offlineEmbedder', () => {
  test('has the name that is stored with every chunk', () => {
    expect(offlineEmbedder.name).toBe('offline-hash-v1');
  });

  test('gives each text a vector of length 1 with 1,536 finite numbers, whatever the text is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        const [vector] = await vectors(text);
        expect(vector).toHaveLength(1_536);
        expect(vector?.every(Number.isFinite)).toBe(true);
        expect(dot(vector, vector)).toBeCloseTo(1, 5);
      }),
      { numRuns: 50 },
    );
  });

  test('gives texts without any word the same fixed vector', async () => {
    const [blank, signs] = await vectors(' \n', '!?');
    expect(blank?.[0]).toBe(1);
    expect(signs).toEqual(blank);
  });

  test('gives the same vectors on every machine and in every version', async () => {
    const texts = ['Refund policy: 30 days', 'ገንዘቡ ይመለሳል።', '退款将在十天内支付', 'x'.repeat(1_000)];
    const hash = createHash('sha256');
    for (const vector of await vectors(...texts)) {
      const bytes = Buffer.alloc(4 * vector.length);
      vector.forEach((value, index) => bytes.writeFloatLE(value, 4 * index));
      hash.update(bytes);
    }
    expect(hash.digest('hex')).toBe('c9405e03a54bc277485db09cedde1424e87ac218c958ea329183a530a2f0388c');
  });

  test('does not depend on other texts, letter case or punctuation', async () => {
    const [one, , other] = await vectors('Refund policy', 'something else', 'REFUND, policy!');
    expect(other).toEqual(one);
  });

  test('finds the same words, and similar ones, in long texts', async () => {
    const filler = 'The quick brown fox jumps over the lazy dog near the river bank every morning. '.repeat(
      8,
    );
    const [same = 0, similar = 0, other = 0] = await similarities(
      'refund policy',
      `${filler}Our refund policy allows thirty days.`,
      `${filler}Several policies about refunding exist.`,
      `${filler}Our opening hours are nine to five.`,
    );
    expect(same).toBeGreaterThan(similar);
    expect(similar).toBeGreaterThan(other);
    expect(Math.abs(other)).toBeLessThan(0.1);
  });

  test('finds a part of a sentence in a script without blanks', async () => {
    const [same = 0, other = 0] = await similarities(
      '退款政策',
      '我们的退款政策允许三十天',
      '我们的营业时间是九点到五点',
    );
    expect(same).toBeGreaterThan(other + 0.05);
  });

  test('stops when it is aborted', async () => {
    const abort = new AbortController();
    const embedding = offlineEmbedder.embed(
      Array.from({ length: 10_000 }, () => 'text'),
      abort.signal,
    );
    abort.abort(new Error('stopped'));
    await expect(embedding).rejects.toThrow('stopped');
  });
});

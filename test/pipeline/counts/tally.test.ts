import { describe, expect, it } from '@jest/globals';
import { LACKS } from '../../../src/kernel/batch-renderer.ts';
import { Tally } from '../../../src/pipeline/counts/tally.ts';

describe('a tally', () => {
  it('starts from nothing, and from not knowing what is missing', () => {
    expect(new Tally().counts()).toEqual({
      seen: 0,
      unchanged: 0,
      added: 0,
      changed: 0,
      missing: null,
      deleted: 0,
      held: 0,
      quarantined: 0,
      rejected: 0,
    });
  });

  it('counts what documents lack that are to be sent: a title, content, and a link where links are made', () => {
    const tally = new Tally();
    tally.examine({ lacks: 0 });
    expect(tally.counts()).not.toHaveProperty('untitled');
    expect(tally.counts()).not.toHaveProperty('empty');
    expect(tally.counts()).not.toHaveProperty('unlinked');
    tally.examine({ lacks: LACKS.title });
    tally.examine({ lacks: LACKS.title | LACKS.content });
    for (let one = 0; one < 3; one++) tally.examine({ lacks: LACKS.uri });
    expect(tally.counts()).toMatchObject({ untitled: 2, empty: 1, unlinked: 3 });
  });

  it('keeps the first five examples of each kind', () => {
    const tally = new Tally();
    for (let id = 1; id <= 7; id++) tally.sampleOf('added', { docId: `hr:${id}` });
    tally.sample('held', 'hr:9');
    expect(tally.samples).toEqual({
      added: ['hr:1', 'hr:2', 'hr:3', 'hr:4', 'hr:5'],
      changed: [],
      deleted: [],
      held: ['hr:9'],
      quarantined: [],
    });
  });
});

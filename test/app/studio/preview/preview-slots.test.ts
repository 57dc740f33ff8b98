import { describe, expect, test } from '@jest/globals';
import { PreviewSlots } from '../../../../src/app/studio/preview/preview-slots.ts';

function slotsAt() {
  let nowMs = 0;
  const slots = new PreviewSlots({ now: () => new Date(nowMs), elapsedMs: () => nowMs });
  return {
    slots,
    wait: (seconds: number) => {
      nowMs += seconds * 1_000;
    },
  };
}

const busy = expect.objectContaining({ code: 'PREVIEW_BUSY' });

describe('PreviewSlots', () => {
  test('allows two previews at once, and one of each person', () => {
    const { slots } = slotsAt();
    const endOfAda = slots.take('Ada');
    expect(() => slots.take('Ada')).toThrow(busy);
    const endOfBo = slots.take('Bo');
    expect(() => slots.take('Cy')).toThrow(busy);
    endOfBo();
    slots.take('Cy')();
    endOfAda();
    slots.take('Ada')();
  });

  test('allows a person ten previews in a minute, whatever became of them', () => {
    const { slots, wait } = slotsAt();
    for (let count = 0; count < 10; count++) slots.take('Ada')();
    expect(() => slots.take('Ada')).toThrow(busy);
    slots.take('Bo')();
    wait(59);
    expect(() => slots.take('Ada')).toThrow(busy);
    wait(1);
    slots.take('Ada')();
  });
});

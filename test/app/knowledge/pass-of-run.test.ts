import { describe, expect, test } from '@jest/globals';
import { passOfRun } from '../../../src/app/knowledge/pass-of-run.ts';

const inPass = (pass: number) => ({ pass, inProgress: true });
const afterPass = (pass: number) => ({ pass, inProgress: false });

describe('the pass of a run', () => {
  test.each([
    ['the first one without a cursor', null, false, { number: 1, restart: false }],
    ['the one in progress', inPass(4), false, { number: 4, restart: false }],
    ['a new one after a complete one', afterPass(4), false, { number: 5, restart: false }],
    ['a new one when a restart is requested', inPass(4), true, { number: 5, restart: true }],
  ])('is %s for a first attempt', (_, cursor, restart, pass) => {
    expect(passOfRun(null, cursor, restart)).toEqual({ ...pass, isComplete: false });
  });

  test.each([
    ['restarts if no page of it was stored', inPass(4), { restart: true, isComplete: false }],
    ['goes on without another restart', inPass(5), { restart: false, isComplete: false }],
    ['is complete if the first attempt completed it', afterPass(5), { restart: false, isComplete: true }],
    ['is complete if a later pass is', afterPass(6), { restart: false, isComplete: true }],
  ])('%s, for a later attempt at pass 5', (_, cursor, pass) => {
    expect(passOfRun('5', cursor, true)).toEqual({ number: 5, ...pass });
  });
});

import { beforeEach, describe, expect, test } from '@jest/globals';
import { closingResources, type CloseAtEnd } from '../../../src/app/run/closing-resources.ts';

let closed: string[];
beforeEach(() => {
  closed = [];
});

const resource = (name: string, failure?: Error) => ({
  name,
  close: () => {
    closed.push(name);
    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
  },
});

describe('closingResources', () => {
  test('returns the result of the work after closing in reverse order of opening', async () => {
    const result = await closingResources((closeAtEnd) => {
      const [source, state] = [closeAtEnd(resource('source')), closeAtEnd(resource('state'))];
      return Promise.resolve([source.name, state.name, closed.length]);
    });
    expect(result).toEqual(['source', 'state', 0]);
    expect(closed).toEqual(['state', 'source']);
  });

  test('closes what is open when a later resource cannot be opened', async () => {
    const open = (closeAtEnd: CloseAtEnd) => {
      closeAtEnd(resource('source'));
      closeAtEnd(resource('store'));
      return Promise.reject(new Error('no state'));
    };
    await expect(closingResources(open)).rejects.toThrow('no state');
    expect(closed).toEqual(['store', 'source']);
  });

  test.each([
    ['fails with it when the work succeeded', undefined, 'state is stuck'],
    ['fails with the work when that failed too', new Error('no rows'), 'no rows'],
  ])('closes the other resources when one cannot be closed, and %s', async (_, ending, message) => {
    const work = (closeAtEnd: CloseAtEnd) => {
      closeAtEnd(resource('source'));
      closeAtEnd(resource('state', new Error('state is stuck')));
      return ending === undefined ? Promise.resolve() : Promise.reject(ending);
    };
    await expect(closingResources(work)).rejects.toThrow(message);
    expect(closed).toEqual(['state', 'source']);
  });
});

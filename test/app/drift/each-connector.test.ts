import { describe, expect, test } from '@jest/globals';
import type { FoundConnector } from '../../../src/app/drift/comparer.ts';
import { eachConnector, type Comparison } from '../../../src/app/drift/each-connector.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { DRIFT_CONNECTORS_AT_ONCE } from '../../../src/app/limits.ts';
import { connectorSpec } from '../../support/pipeline/connector-spec.ts';

const never = new AbortController().signal;

const found = (count: number): FoundConnector[] =>
  Array.from({ length: count }, (_, index) => ({
    file: `${index}.yaml`,
    connector: {
      apiVersion: 'sync.gemini.io/v1alpha1',
      kind: 'Connector',
      metadata: { name: `c${index}` },
      spec: connectorSpec(),
    },
  }));
const comparison = (compare: Comparison['compare']): Comparison => ({
  comparer: 'columns',
  drifts: ['SOURCE_COLUMN_MISSING'],
  compare,
});

describe('connectors', () => {
  test('are compared some at a time, and are reported in order whichever answers first', async () => {
    const open: (() => void)[] = [];
    let most = 0;
    const compare: Comparison['compare'] = async ({ file }) => {
      most = Math.max(most, open.length + 1);
      await new Promise<void>((resolve) => open.push(resolve));
      return [{ status: 'ok', message: file }];
    };
    const all = found(DRIFT_CONNECTORS_AT_ONCE * 2 + 1);
    const state = { done: false };
    const comparing = eachConnector(all, comparison(compare), never).finally(() => (state.done = true));
    while (!state.done) {
      await new Promise((turn) => setImmediate(turn));
      // The one that began last answers first.
      open.pop()?.();
    }
    expect((await comparing).map(({ message }) => message)).toEqual(all.map(({ file }) => file));
    expect(most).toBe(DRIFT_CONNECTORS_AT_ONCE);
  });

  test('that throw do not stop the others, and their errors are drift or a failure by code', async () => {
    const errors = [
      new BridgeError('SOURCE_COLUMN_MISSING', 'Gone.'),
      new BridgeError('SOURCE_UNREACHABLE', 'Away.'),
    ];
    const compare: Comparison['compare'] = ({ file }) => {
      const error = errors[Number(file[0])];
      return error === undefined
        ? Promise.resolve([{ status: 'ok', message: 'Fine.' }])
        : Promise.reject(error);
    };
    await expect(eachConnector(found(3), comparison(compare), never)).resolves.toMatchObject([
      {
        comparer: 'columns',
        connector: 'c0',
        place: { file: '0.yaml' },
        subject: 'columns c0',
        status: 'drift',
        message: 'Gone.',
      },
      { connector: 'c1', status: 'fail', code: 'SOURCE_UNREACHABLE' },
      { connector: 'c2', status: 'ok' },
    ]);
  });

  test('are given up with the reason of the signal', async () => {
    const reason = new BridgeError('INTERRUPTED', 'Stopped by SIGINT.');
    const ending = new AbortController();
    const hanging = eachConnector(
      found(2),
      comparison(() => new Promise<never>(() => undefined)),
      ending.signal,
    );
    ending.abort(reason);
    await expect(hanging).rejects.toBe(reason);
  });
});

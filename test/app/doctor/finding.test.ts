import { describe, expect, test } from '@jest/globals';
import { check, checkAdvisory, ok, skip } from '../../../src/app/doctor/finding.ts';
import { BridgeError } from '../../../src/core/errors.ts';

const never = new AbortController().signal;

describe('a check', () => {
  test('reports its subject', async () => {
    const found = [ok('state', 'Fine.')];
    await expect(check('state', never, () => Promise.resolve(found))).resolves.toEqual(found);
  });

  test('that throws a BridgeError fails with its code and its hint', async () => {
    const error = new BridgeError('SOURCE_UNREACHABLE', 'Nobody answers.', { hint: 'Start it.' });
    await expect(check('source', never, () => Promise.reject(error))).resolves.toEqual([
      {
        subject: 'source',
        status: 'fail',
        message: 'Nobody answers.',
        fix: 'Start it.',
        code: 'SOURCE_UNREACHABLE',
      },
    ]);
  });

  test('that throws an error without a hint still has a fix', async () => {
    const [finding] = await check('source', never, () => Promise.reject(new BridgeError('INTERNAL', 'Oh.')));
    expect(finding).toMatchObject({ status: 'fail', fix: 'See docs/errors.md.' });
  });

  test('that throws another error is a bug and does not stop other checks', async () => {
    const [finding] = await check('bucket', never, () => Promise.reject(new TypeError('oops')));
    expect(finding).toMatchObject({ subject: 'bucket', status: 'fail', code: 'INTERNAL', message: 'oops' });
  });

  test('that exceeds its time limit fails, says so, and has its own signal aborted', async () => {
    let given: AbortSignal | undefined;
    const hang = (signal: AbortSignal) => {
      given = signal;
      return new Promise<never>(() => undefined);
    };
    await expect(check('data store', never, hang, 0.01)).resolves.toEqual([
      {
        subject: 'data store',
        status: 'fail',
        message: 'The check of the data store had no answer within 0.01 s.',
        fix: expect.stringContaining('firewalls'),
        code: 'CHECK_TIMEOUT',
      },
    ]);
    expect(given?.aborted).toBe(true);
  });

  test('is given up with the reason of the signal', async () => {
    const reason = new BridgeError('INTERRUPTED', 'Stopped by SIGINT.');
    const look = () => Promise.reject(new Error('because of the signal'));
    await expect(check('state', AbortSignal.abort(reason), look)).rejects.toBe(reason);
    const ending = new AbortController();
    const hanging = check('state', ending.signal, () => new Promise<never>(() => undefined));
    ending.abort(reason);
    await expect(hanging).rejects.toBe(reason);
  });
});

describe('a glance', () => {
  test('that fails, or takes too long, is a warning', async () => {
    const error = new BridgeError('GEMINI_PERMISSION', 'You may not.', { hint: 'Ask somebody.' });
    await expect(checkAdvisory('schema', never, () => Promise.reject(error))).resolves.toEqual([
      {
        subject: 'schema',
        status: 'warn',
        message: 'This cannot be seen: You may not.',
        fix: 'Ask somebody.',
      },
    ]);
    const hang = () => new Promise<never>(() => undefined);
    await expect(checkAdvisory('schema', never, hang, 0.01)).resolves.toMatchObject([{ status: 'warn' }]);
  });

  test('that finds a bug does not hide it', async () => {
    const found = await checkAdvisory('schema', never, () => Promise.reject(new TypeError('oops')));
    expect(found).toMatchObject([{ status: 'fail', code: 'INTERNAL' }]);
  });

  test('leaves what else it finds as it is', async () => {
    const found = [ok('schema', 'Fine.')];
    await expect(checkAdvisory('schema', never, () => Promise.resolve(found))).resolves.toEqual(found);
  });
});

test('subjects that were not checked each say why', () => {
  expect(skip(['bucket', 'service agent'], 'usable credentials are missing')).toEqual([
    { subject: 'bucket', status: 'skip', message: 'Not checked: usable credentials are missing.' },
    { subject: 'service agent', status: 'skip', message: 'Not checked: usable credentials are missing.' },
  ]);
});

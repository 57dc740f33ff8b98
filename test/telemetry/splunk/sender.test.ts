import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  SPLUNK_ACK_POLL_SECONDS,
  SPLUNK_ACK_SECONDS_MAX,
  SPLUNK_GATHER_MS,
  TELEMETRY_BACKOFF_SECONDS,
} from '../../../src/telemetry/limits.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { lazyPost } from '../../../src/telemetry/http/post.ts';
import { HecSender } from '../../../src/telemetry/splunk/sender.ts';
import { startSplunk, type SplunkStandIn } from '../../stand-ins/splunk/splunk-stand-in.ts';
import { eventually } from '../../support/eventually.ts';
import { drop, hang, json, raw } from '../../support/http/http-server.ts';
import { ManualTime } from '../../support/pipeline/manual-time.ts';

const TOKEN = '5f2b5c7d-token';
const DIRECT = { http: undefined, https: undefined, except: undefined };

let splunk: SplunkStandIn;
let time: ManualTime;
let sender: HecSender;
let end: AbortController;
let closeClient: () => Promise<void>;

async function start(acknowledges = false, token = TOKEN): Promise<void> {
  splunk = await startSplunk({ token: TOKEN, acknowledges });
  const { post, close } = lazyPost(DIRECT);
  closeClient = close;
  sender = new HecSender(
    { endpoint: { url: splunk.url, loopback: true }, token },
    { post, clock: time.clock, wait: time.wait, log: silentLogger, channel: randomUUID() },
  );
}

beforeEach(() => {
  time = new ManualTime();
  end = new AbortController();
});
afterEach(async () => {
  end.abort();
  await closeClient();
  await splunk.close();
});

const add = (...names: string[]) => {
  for (const name of names) {
    sender.add({ time: 1, host: 'h', source: 's', sourcetype: 't', event: { name } });
  }
};
const names = () => splunk.events.map(({ event }) => event['name']);
const requests = () => splunk.received.length;
const asleep = () => eventually('somebody waits', () => time.sleeping > 0);

describe('events', () => {
  test('of the same moment are one request, sent in the background', async () => {
    await start();
    add('a', 'b');
    await asleep();
    expect(requests()).toBe(0);
    time.pass(SPLUNK_GATHER_MS);
    await eventually('they are there', () => names().length === 2);
    add('c', 'd');
    expect(await sender.finish(end.signal)).toBeUndefined();
    expect(names()).toEqual(['a', 'b', 'c', 'd']);
    expect(requests()).toBe(2);
  });

  test('that are added while others are on their way are not forgotten', async () => {
    await start();
    let answer = () => undefined as unknown;
    splunk.faults.push((response) => (answer = () => response.end('{"text":"Success","code":0}')));
    add('a');
    await asleep();
    time.pass(SPLUNK_GATHER_MS);
    await eventually('the first is on its way', () => requests() === 1);
    add('b');
    answer();
    await eventually('the second is there', () => names().includes('b'));
    expect(await sender.finish(end.signal)).toBeUndefined();
  });

  test.each([
    ['a server that is busy', json(503, { text: 'Server is busy', code: 9 })],
    ['a gateway without words', raw(502, 'Bad gateway')],
    ['too many requests', json(429, {})],
    ['a connection that is cut', drop],
  ])('are sent again after %s, all of them and in order', async (_, fault) => {
    await start();
    splunk.faults.push(fault, fault);
    add('a');
    await asleep();
    time.pass(SPLUNK_GATHER_MS);
    await eventually('the first attempt', () => requests() === 1);
    add('b');
    for (const attempts of [2, 3]) {
      await asleep();
      time.pass(TELEMETRY_BACKOFF_SECONDS * 4_000);
      await eventually('another attempt', () => requests() === attempts);
    }
    await eventually('they are there', () => names().length === 2);
    expect(names()).toEqual(['a', 'b']);
    expect(await sender.finish(end.signal)).toBeUndefined();
  });

  test('wait as long as the server asks', async () => {
    await start();
    splunk.faults.push(json(503, { code: 9 }, { 'retry-after': '30' }));
    add('a');
    await asleep();
    time.pass(SPLUNK_GATHER_MS);
    await eventually('the first attempt', () => requests() === 1);
    await asleep();
    time.pass(29_999);
    await asleep();
    expect(requests()).toBe(1);
    time.pass(1_001);
    await eventually('the second attempt', () => requests() === 2);
    expect(await sender.finish(end.signal)).toBeUndefined();
  });
});

describe('the end of a run', () => {
  test('is told although an earlier request hangs, which is counted when the time is over', async () => {
    await start();
    splunk.faults.push(hang);
    add('started');
    await asleep();
    time.pass(SPLUNK_GATHER_MS);
    await eventually('the first hangs', () => requests() === 1);
    add('ended');
    const finished = sender.finish(end.signal);
    await eventually('the end is told', () => names().includes('ended'));
    end.abort();
    expect(await finished).toEqual({ count: 1, what: 'events', reason: 'no answer in time', fix: undefined });
  });

  test('stops waiting once its time limit is over', async () => {
    await start();
    splunk.fault = json(503, { text: 'Server is busy', code: 9 });
    add('a', 'b', 'c');
    const finished = sender.finish(end.signal);
    await asleep();
    end.abort();
    expect(await finished).toEqual({
      count: 3,
      what: 'events',
      reason: '503, code 9: Server is busy',
      fix: undefined,
    });
  });

  test('whose time is over already sends nothing', async () => {
    await start();
    add('a');
    end.abort();
    expect(await sender.finish(end.signal)).toMatchObject({ count: 1 });
    expect(requests()).toBe(0);
  });
});

describe('a collector that refuses', () => {
  test.each([
    ['a wrong token', undefined, /^403, code 4/, 'SPLUNK_HEC_TOKEN'],
    ['an index that is not there', json(400, { text: 'Incorrect index', code: 7 }), /^400, code 7/, 'index'],
    ['a login page', raw(200, '<html>Log in</html>'), /^200$/, 'SPLUNK_HEC_URL'],
    ['a redirect', raw(302, '', { location: 'https://other.example.com/' }), /^302$/, 'SPLUNK_HEC_URL'],
    ['something that is not there', raw(404, 'no'), /^404$/, 'SPLUNK_HEC_URL'],
  ])('%s is asked once, and the fix is told', async (_, fault, reason, fix) => {
    await start(false, fault === undefined ? 'wrong' : TOKEN);
    splunk.fault = fault;
    add('a');
    await asleep();
    time.pass(SPLUNK_GATHER_MS);
    await eventually('it is asked', () => requests() === 1);
    add('b');
    expect(await sender.finish(end.signal)).toEqual({
      count: 2,
      what: 'events',
      reason: expect.stringMatching(reason),
      fix: expect.stringContaining(fix),
    });
    expect(requests()).toBe(1);
  });
});

describe('a collector that acknowledges', () => {
  const asked = () => splunk.received.filter(({ url }) => url.startsWith('/services/collector/ack?channel='));

  test('is asked until it has indexed, and no longer', async () => {
    await start(true);
    splunk.indexes = false;
    add('a');
    await asleep();
    time.pass(SPLUNK_GATHER_MS);
    await eventually('it is taken', () => names().length === 1);
    for (const times of [1, 2]) {
      await asleep();
      time.pass(SPLUNK_ACK_POLL_SECONDS * 1_000);
      await eventually('it is asked', () => asked().length === times);
    }
    splunk.indexes = true;
    await asleep();
    time.pass(SPLUNK_ACK_POLL_SECONDS * 1_000);
    await eventually('it is asked once more', () => asked().length === 3);
    expect(await sender.finish(end.signal)).toBeUndefined();
    expect(names()).toEqual(['a']);
  });

  test('is sent again what it has not indexed in five minutes', async () => {
    await start(true);
    splunk.indexes = false;
    add('a');
    await asleep();
    time.pass(SPLUNK_GATHER_MS);
    await eventually('it is taken', () => names().length === 1);
    await asleep();
    time.pass(SPLUNK_ACK_SECONDS_MAX * 1_000);
    await eventually('it is asked', () => asked().length === 1);
    await asleep();
    time.pass(SPLUNK_GATHER_MS);
    await eventually('it is sent again', () => names().length === 2);
    expect(await sender.finish(end.signal)).toBeUndefined();
  });

  test('is not waited for at the end', async () => {
    await start(true);
    splunk.indexes = false;
    add('a');
    expect(await sender.finish(end.signal)).toBeUndefined();
    expect(asked()).toEqual([]);
  });
});

import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { describe, expect, test } from '@jest/globals';
import { abortSignalOf } from '../../../src/server/http/abort-signal.ts';

describe('the signal of a request', () => {
  test('adds one listener to a connection, whatever the number of its requests, and aborts when it closes', async () => {
    const app = fastify();
    const signals: AbortSignal[] = [];
    let listeners = 0;
    app.get('/', (incoming) => {
      signals.push(abortSignalOf(incoming));
      listeners = incoming.raw.socket.listenerCount('close');
      return listeners;
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { port } = app.server.address() as AddressInfo;
    const counts: number[] = [];
    for (let sent = 0; sent < 20; sent++) {
      const outgoing = request({ port, host: '127.0.0.1', agent }).end();
      const [response] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream];
      response.resume();
      await once(response, 'end');
      counts.push(listeners);
    }
    expect(new Set(counts).size).toBe(1);
    expect(signals.some(({ aborted }) => aborted)).toBe(false);
    const closed = once(signals[0] ?? new AbortController().signal, 'abort');
    agent.destroy();
    await closed;
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    await app.close();
  });
});

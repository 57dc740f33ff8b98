import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import dgram from 'node:dgram';
import dns from 'node:dns';
import { connect, createServer, Socket, type AddressInfo, type NetConnectOpts } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { guardConnections, type Guard } from '../../../src/net/guard/connection-guard.ts';
import { codeOf } from '../../../src/core/thrown.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
let guard: Guard | undefined;

afterEach(() => {
  guard?.remove();
  guard = undefined;
});

afterAll(() => {
  folders.removeAll();
});

/** Counts the connections that it gets. */
async function listener(host = '127.0.0.1', port = 0) {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  }).listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    [Symbol.asyncDispose]: async () => {
      await new Promise((done) => server.close(done));
    },
  };
}

/** `connected`, or the code of the error. */
function outcomeOf(socket: Socket): Promise<string> {
  return new Promise((done) => {
    socket.once('connect', () => {
      socket.destroy();
      done('connected');
    });
    socket.on('error', (error) => {
      done(codeOf(error));
    });
  });
}

describe('guardConnections', () => {
  test.each(['127.0.0.1', '::ffff:127.0.0.1', 'localhost', '2130706433', '0x7f.1', '017700000001'])(
    'connects to %s only when the loopback is listed',
    async (host) => {
      await using server = await listener();
      const { port } = server;
      guard = guardConnections({ servers: [{ host, port }], allowed: [] });
      expect(await outcomeOf(connect({ host, port }))).toBe('ECONNREFUSED');
      expect(guard.refusals.join()).toContain('not allowed');
      guard.remove();
      expect(server.connections).toBe(0);
      guard = guardConnections({ servers: [{ host, port }], allowed: ['127.0.0.0/8', '::1'] });
      expect(await outcomeOf(connect({ host, port }))).toBe('connected');
      expect(guard.connected).toBe(1);
    },
  );

  test('refuses every way to open a socket', async () => {
    await using server = await listener();
    const { port } = server;
    guard = guardConnections({ servers: [{ host: '127.0.0.1', port }], allowed: [] });
    const outcomes = await Promise.all([
      outcomeOf(connect(port)),
      outcomeOf(connect(port, '127.0.0.1')),
      outcomeOf(connect({ port, host: '127.0.0.1', lookup: dns.lookup } as NetConnectOpts)),
      outcomeOf(new Socket().connect(port, '127.0.0.1')),
      outcomeOf(new Socket().connect({ port })),
      outcomeOf(connectTls({ port, host: '127.0.0.1' })),
      outcomeOf(connectTls(port, '127.0.0.1')),
      fetch(`http://127.0.0.1:${port}/`).then(
        () => 'connected',
        (thrown: unknown) => codeOf((thrown as Error).cause),
      ),
    ]);
    expect(new Set(outcomes)).toEqual(new Set(['ECONNREFUSED']));
    expect(server.connections).toBe(0);
  });

  test('connects to the address that it checked when a second lookup has another answer', async () => {
    await using checked = await listener('127.0.0.2');
    await using other = await listener('127.0.0.1', checked.port);
    const { port } = checked;
    const answers = ['127.0.0.2', '127.0.0.1', '127.0.0.1'];
    let lookups = 0;
    guard = guardConnections(
      { servers: [{ host: 'rebinding.example', port }], allowed: ['127.0.0.2'] },
      () => {
        return Promise.resolve([{ address: answers[lookups++] ?? '', family: 4 }]);
      },
    );
    expect(await outcomeOf(connect({ host: 'rebinding.example', port }))).toBe('connected');
    expect(lookups).toBe(1);
    expect(await outcomeOf(connect({ host: 'rebinding.example', port }))).toBe('ECONNREFUSED');
    expect([checked.connections, other.connections]).toEqual([1, 0]);
  });

  test('refuses a name of which one address is not allowed', async () => {
    await using server = await listener();
    const { port } = server;
    guard = guardConnections({ servers: [{ host: 'mixed.example', port }], allowed: ['127.0.0.1'] }, () =>
      Promise.resolve([
        { address: '127.0.0.1', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ]),
    );
    expect(await outcomeOf(connect({ host: 'mixed.example', port }))).toBe('ECONNREFUSED');
    expect(server.connections).toBe(0);
  });

  test('refuses servers and ports that the definition does not name', async () => {
    await using server = await listener();
    const { port } = server;
    guard = guardConnections({ servers: [{ host: 'localhost', port: 1 }], allowed: ['127.0.0.0/8', '::1'] });
    expect(await outcomeOf(connect({ host: '127.0.0.1', port }))).toBe('ECONNREFUSED');
    expect(await outcomeOf(connect({ host: 'localhost', port }))).toBe('ECONNREFUSED');
    expect(server.connections).toBe(0);
  });

  test('checks the names that a driver resolves by itself, and admits their addresses', async () => {
    await using server = await listener();
    const { port } = server;
    const rules = { servers: [{ host: 'localhost', port }], allowed: ['127.0.0.0/8', '::1'] };
    guard = guardConnections(rules, () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]));
    expect(await outcomeOf(connect({ host: '127.0.0.1', port }))).toBe('ECONNREFUSED');
    expect(await dns.promises.lookup('localhost')).toEqual({ address: '127.0.0.1', family: 4 });
    expect(await outcomeOf(connect({ host: '127.0.0.1', port }))).toBe('connected');
    await expect(dns.promises.lookup('other.example')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('connects to a trusted server without a check, and not to another port of it', async () => {
    await using proxy = await listener();
    await using server = await listener();
    guard = guardConnections({
      servers: [{ host: '127.0.0.1', port: server.port }],
      trusted: [{ host: '127.0.0.1', port: proxy.port }],
      allowed: [],
    });
    expect(await outcomeOf(connect({ host: '127.0.0.1', port: proxy.port }))).toBe('connected');
    expect(await outcomeOf(connect({ host: '127.0.0.1', port: server.port }))).toBe('ECONNREFUSED');
  });

  test('refuses Unix sockets that are not listed, and datagrams', async () => {
    const path = join(folders.make(), 'socket');
    const server = createServer().listen(path);
    await once(server, 'listening');
    guard = guardConnections({ servers: [{ host: path }], allowed: [] });
    expect(await outcomeOf(connect(path))).toBe('ECONNREFUSED');
    const datagrams = dgram.createSocket('udp4');
    expect(() => {
      datagrams.send('x', 1434, '127.0.0.1');
    }).toThrow('ECONNREFUSED');
    datagrams.close();
    guard.remove();
    guard = guardConnections({ servers: [{ host: path }], allowed: [path] });
    expect(await outcomeOf(connect(path))).toBe('connected');
    await new Promise((done) => server.close(done));
  });
});

import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { createCertificates } from './certificates.ts';
import { freePort } from './free-port.ts';

/** Where a fault waits for a client. */
export interface FaultyPlace {
  readonly host: string;
  readonly port: number;
  /** Whether the client is to speak TLS from its first byte. */
  readonly tls: boolean;
  /** The time limit that a client is to have, in seconds; undefined: that which it has by itself. */
  readonly seconds?: number;
  /** The proxy through which the client is to go. */
  readonly proxy?: string;
  close(): Promise<void>;
}

/** How long a server waits for the first byte of a client that lets the server begin. */
const FIRST_BYTE_MS = 200;

/** What the protocol of a client means to a fault. */
export interface FaultyProtocol {
  /** What a server sends before the connection breaks. */
  readonly greeting?: string;
  /** The byte by which a server agrees to TLS on the connection that asks for it; undefined if TLS comes first. */
  readonly tlsAgreed?: string;
}

/** One fault of a network each, on real sockets. */
export const FAULTS = {
  'a closed port': async () => ({ host: '127.0.0.1', port: await freePort(), tls: false, close: closed }),
  'a name that does not resolve': () =>
    Promise.resolve({ host: 'no-such-host.invalid', port: 4711, tls: false, close: closed }),
  'a connection that is reset': ({ greeting = '' }: FaultyProtocol) =>
    plainServer(false, (socket) => {
      const reset = () => {
        socket.write(greeting, () => socket.resetAndDestroy());
      };
      const timer = setTimeout(reset, FIRST_BYTE_MS);
      socket.once('data', () => {
        clearTimeout(timer);
        reset();
      });
    }),
  'a silent server': async () => ({
    ...(await plainServer(false, (socket) => socket.resume())),
    seconds: 1,
  }),
  'TLS to a port without TLS': () =>
    plainServer(true, (socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    }),
  'an expired certificate': ({ tlsAgreed }: FaultyProtocol) => {
    const { certificate, key } = createCertificates(['localhost'], { from: -48, to: -24 });
    const secureContext = createSecureContext({ cert: certificate, key });
    const secure = (socket: Socket) => {
      new TLSSocket(socket, { isServer: true, secureContext }).on('error', nothing);
    };
    return plainServer(true, (socket) => {
      if (tlsAgreed === undefined) secure(socket);
      else
        socket.once('data', () => {
          socket.write(tlsAgreed);
          secure(socket);
        });
    });
  },
  'a proxy that asks for a password': async () => {
    const proxy = createHttpServer();
    proxy.on('connect', (_, socket) => {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
    });
    const place = await listening(proxy, false);
    return {
      host: 'service.example.com',
      port: 443,
      tls: true,
      proxy: `http://127.0.0.1:${place.port}`,
      close: () => place.close(),
    };
  },
} satisfies Readonly<Record<string, (protocol: FaultyProtocol) => Promise<FaultyPlace>>>;

export type Fault = keyof typeof FAULTS;

function nothing(): void {
  // An error of a connection is what the test is about.
}

function closed(): Promise<void> {
  return Promise.resolve();
}

function plainServer(tls: boolean, answer: (socket: Socket) => void): Promise<FaultyPlace> {
  return listening(createServer(answer), tls);
}

async function listening(server: Server, tls: boolean): Promise<FaultyPlace> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', nothing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    host: '127.0.0.1',
    port,
    tls,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

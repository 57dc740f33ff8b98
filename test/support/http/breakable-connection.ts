import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a server that a test can break and mend, for a server that others are using as well. */
export interface BreakableConnection {
  readonly port: number;
  /** Cuts all connections, and refuses new ones. */
  break(): Promise<void>;
  /** Lets nothing more through on the connections that there are, and says nothing of it; new ones are let through. */
  hush(): void;
  /** Lets them through again, on the same port. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

export async function breakableConnection(to: { host: string; port: number }): Promise<BreakableConnection> {
  const sockets = new Set<Socket>();
  const pairs = new Set<readonly [Socket, Socket]>();
  const through = (near: Socket) => {
    const far = connect(to);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      // A cut connection reports an error, which is ignored here.
      socket.on('error', () => undefined);
    }
    near.pipe(far).pipe(near);
    pairs.add([near, far]);
  };
  const hush = () => {
    for (const [near, far] of pairs) {
      near.unpipe(far);
      far.unpipe(near);
    }
    pairs.clear();
  };
  let server: Server | undefined;
  const listen = async (port: number) => {
    server = createServer(through).listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const close = async () => {
    const closing = server;
    server = undefined;
    if (closing === undefined) return;
    closing.close();
    for (const socket of sockets) socket.destroy();
    await once(closing, 'close');
  };
  await listen(0);
  const { port } = server?.address() as AddressInfo;
  return { port, break: close, hush, mend: () => listen(port), close };
}

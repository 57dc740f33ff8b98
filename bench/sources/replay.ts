import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Readable } from 'node:stream';

/** The answers to one statement and to what the client sent after it, each in the pieces in which it came. */
type Tape = Buffer[][];

/**
 * Stands between clients and a stand-in. It passes everything on and keeps the answers to a statement that the first client
 * sends; later clients that send it get the kept bytes. So a stand-in that needs as long to write rows as a client to read
 * them is not what is measured.
 * @param port of the stand-in
 * @param mark bytes that nothing but this statement contains
 */
export async function startReplay(port: number, mark: Buffer) {
  let tape: Tape | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const standIn = connect(port, '127.0.0.1');
    for (const socket of [client, standIn]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      // 'close' follows, and is all that matters.
      socket.on('error', () => undefined);
    }
    const recorded: Tape = [];
    let answered: number | undefined;
    client.on('data', (request) => {
      if (answered === undefined && request.includes(mark)) answered = 0;
      const kept = answered === undefined ? undefined : tape?.[answered];
      if (answered !== undefined) answered += 1;
      if (kept !== undefined) {
        Readable.from(kept).pipe(client, { end: false });
        return;
      }
      if (answered !== undefined) recorded.push([]);
      standIn.write(request);
    });
    standIn.on('data', (bytes) => {
      recorded.at(-1)?.push(bytes);
      if (client.write(bytes)) return;
      standIn.pause();
      client.once('drain', () => standIn.resume());
    });
    client.on('close', () => {
      standIn.destroy();
      if (recorded.length > 0) tape ??= recorded;
    });
    standIn.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

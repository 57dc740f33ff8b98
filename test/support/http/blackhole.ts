import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

/** Listens and accepts no connection: its thread sleeps forever once it has sent its port. */
const PROGRAM = `
  const server = require('node:net').createServer();
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    require('node:fs').writeSync(1, String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/** A connection to this machine is open within a millisecond; after this time it is not accepted. */
const GIVEN_UP_MS = 500;

/** A port of 127.0.0.1 with which no connection is ever made: nothing is refused, and nothing is answered. */
export interface Blackhole {
  readonly origin: string;
  close(): Promise<void>;
}

export async function openBlackhole(): Promise<Blackhole> {
  const child = execa(process.execPath, ['-e', PROGRAM], { reject: false, buffer: false });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  const taken: Socket[] = [];
  // The queue of pending connections is full; further connections get no answer.
  for (let connected = true; connected;) {
    const socket = connect(Number(port.toString()), '127.0.0.1');
    socket.on('error', () => undefined);
    taken.push(socket);
    connected = await Promise.race([once(socket, 'connect').then(() => true), sleep(GIVEN_UP_MS, false)]);
  }
  return {
    origin: `http://127.0.0.1:${port.toString()}`,
    async close() {
      for (const socket of taken) socket.destroy();
      child.kill('SIGKILL');
      await child;
    },
  };
}

import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { BATCH_ROWS_MAX } from '../../../src/sources/limits.ts';
import { parsePostgresDsn } from '../../../src/sources/postgres/dsn.ts';
import { PostgresSocket } from '../../../src/sources/postgres/socket.ts';
import { RowBatcher } from '../../../src/sources/row-batcher.ts';

const ROWS = 12 * BATCH_ROWS_MAX + 1;
const { tls: TLS_OFF } = parsePostgresDsn('postgres://u:p@127.0.0.1/d?sslmode=disable', 'secret', undefined);

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

/** A DataRow message with one column, the number of the row. */
function messageOf(row: number): Buffer {
  const text = String(row);
  const message = Buffer.alloc(11 + text.length);
  message.write('D');
  message.writeInt32BE(message.length - 1, 1);
  message.writeInt16BE(1, 5);
  message.writeInt32BE(text.length, 7);
  message.write(text, 11);
  return message;
}

/** The message after the last row, which is passed on to the driver. */
const READY = Buffer.from('Z\0\0\0\u0005T');

/** Sends bytes in pieces, as fast as they are taken, or with pauses. */
async function send(socket: Socket, bytes: Buffer, piece: number, pauses: boolean): Promise<void> {
  for (let at = 0; at < bytes.length; at += piece) {
    if (!socket.write(bytes.subarray(at, at + piece))) await once(socket, 'drain');
    if (pauses) await sleep(1);
  }
}

async function rowsReceived(piece: number, pauses: boolean, slow: boolean): Promise<string[]> {
  const bytes = Buffer.concat([...Array.from({ length: ROWS }, (_, row) => messageOf(row)), READY]);
  server = createServer((socket) => void send(socket, bytes, piece, pauses));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = new PostgresSocket(TLS_OFF);
  const rows = new RowBatcher();
  rows.onDrain = () => {
    socket.resumeRows();
  };
  socket.tap.rows = rows;
  socket.once('data', () => {
    rows.end();
  });
  socket.connect((server.address() as AddressInfo).port, '127.0.0.1');
  const received: string[] = [];
  for await (const { bytes: batch, starts, ends, count } of rows.batches([], () => END)) {
    for (let row = 0; row < count; row++)
      received.push(batch.toString('latin1', starts[row]! + 4, ends[row]));
    if (slow) await sleep(received.length % 3);
  }
  socket.destroy();
  return received;
}

const END = { checkpoint: undefined, truncated: false };

describe('PostgresSocket', () => {
  test.each([
    { piece: 1_000_000, pauses: false, slow: false },
    { piece: 1_000_000, pauses: false, slow: true },
    { piece: 8_192, pauses: false, slow: true },
    { piece: 8_192, pauses: true, slow: false },
    { piece: 30_011, pauses: true, slow: true },
  ])('passes on every row once, in order, with %p', async ({ piece, pauses, slow }) => {
    const received = await rowsReceived(piece, pauses, slow);
    expect(received).toEqual(Array.from({ length: ROWS }, (_, row) => String(row)));
  });
});

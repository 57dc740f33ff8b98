/**
 * The least that a server of pushes can do in this language: it reads a body, hashes it, parses it, looks at no event, stores
 * the bytes as one row, and answers when they are on the disk. `push-api.ts --server floor` measures it as it measures ours.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

const CONNECTIONS = 10;

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: CONNECTIONS });
await pool.query('create table push_floor (id bigserial primary key, checksum text, body bytea)');
// As ours: compressing takes longer than writing.
await pool.query('alter table push_floor alter column body set storage external');

async function store(body: Buffer): Promise<void> {
  const checksum = createHash('sha256').update(body).digest('hex');
  JSON.parse(body.toString());
  await pool.query({
    name: 'store',
    text: 'insert into push_floor (checksum, body) values ($1, $2)',
    values: [checksum, body],
  });
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    store(Buffer.concat(chunks)).then(
      () => response.writeHead(202).end('{}'),
      () => response.writeHead(500).end(),
    );
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`Listening on http://127.0.0.1:${port}\n`);
});
process.once('SIGTERM', () => {
  server.closeAllConnections();
  server.close(() => void pool.end());
});

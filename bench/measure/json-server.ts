import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';

/** Answers requests with JSON on a free port, and sends the address to the parent process. */
export function serveJson(answerTo: (url: URL) => object): void {
  const server = createServer((request, response) => {
    const body = JSON.stringify(answerTo(new URL(request.url ?? '', 'http://x')));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(body);
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    process.send?.(`http://127.0.0.1:${port}`);
  });
}

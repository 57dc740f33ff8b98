import { readFile } from 'node:fs/promises';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { requireChannelBinding } from './channel-binding.ts';
import type { PostgresTls } from './address.ts';

/** An SSLRequest: its length, and its number. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const ANSWER_YES = 0x53;

/**
 * Agrees with a Postgres server on TLS, as `sslmode` demands, over a connection on which nothing was said yet.
 * @param host the name to check, as it was connected to
 * @returns what to speak over: `tcp` itself if there is no TLS. It may be paused.
 * @throws what Node throws
 */
export async function agreeOnTls(tcp: Socket, host: string, tls: PostgresTls): Promise<Socket> {
  // As libpq has it: whoever can listen in on a Unix socket needs no network for it.
  if (tls.mode === 'disable' || host.startsWith('/')) return tcp;
  if (tls.negotiation === 'postgres') {
    tcp.write(SSL_REQUEST);
    if ((await firstByte(tcp)) !== ANSWER_YES) {
      if (tls.mode === 'prefer') return tcp;
      throw new Error('The server does not support SSL connections');
    }
  }
  const options = {
    socket: tcp,
    // The name to check; without it, Node would check an address as if it were localhost.
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(tls.negotiation === 'direct' ? { ALPNProtocols: ['postgresql'] } : {}),
    ...(await certificates(tls)),
    rejectUnauthorized: tls.mode === 'verify-ca' || tls.mode === 'verify-full',
    // verify-ca trusts whoever the authority signed, under any name.
    ...(tls.mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
  return new Promise((resolve, reject) => {
    const secure = connectTls(options, () => {
      secure.off('error', reject);
      if (tls.channelBinding) requireChannelBinding(secure);
      resolve(secure);
    });
    secure.once('error', reject);
  });
}

function firstByte(socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    const closed = (): void => {
      reject(new Error('Connection terminated unexpectedly'));
    };
    socket.once('close', closed);
    socket.once('data', (data) => {
      socket.off('close', closed);
      socket.pause();
      // Anything after the answer was sent before encryption began, so somebody else may have put it there.
      if (data.length === 1) resolve(data[0] ?? 0);
      else reject(new Error('The server sent data before the TLS handshake'));
    });
  });
}

async function certificates({ caFile, certFile, keyFile }: PostgresTls) {
  return {
    ...(caFile === undefined ? {} : { ca: await readFile(caFile) }),
    ...(certFile === undefined ? {} : { cert: await readFile(certFile) }),
    ...(keyFile === undefined ? {} : { key: await readFile(keyFile) }),
  };
}

import { readFile } from 'node:fs/promises';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { requireChannelBinding } from './channel-binding.ts';
import type { PostgresTls } from './address.ts';

/** An SSLRequest message: its length and its code. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const ANSWER_YES = 0x53;

/**
 * Negotiates TLS with a Postgres server, as `sslmode` requires, over a connection on which nothing has been sent yet.
 * @param host the host name to check, which is the one that was connected to
 * @returns the socket to use, which is `tcp` itself if there is no TLS. It may be paused.
 * @throws Node's errors
 */
export async function agreeOnTls(tcp: Socket, host: string, tls: PostgresTls): Promise<Socket> {
  // libpq does the same: anyone who can read a Unix socket is already on this machine.
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
    // The name to check. Without it, Node would check an address as if it were localhost.
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(tls.negotiation === 'direct' ? { ALPNProtocols: ['postgresql'] } : {}),
    ...(await certificates(tls)),
    rejectUnauthorized: tls.mode === 'verify-ca' || tls.mode === 'verify-full',
    // verify-ca trusts every certificate that the authority signed, under any name.
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
      // Bytes after the answer were sent before encryption began, so an attacker may have inserted them.
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

import type { Duplex } from 'node:stream';
import { createServer, type TLSSocket } from 'node:tls';
import type { Admission } from './admission.ts';

/** What a client and a server of TDS 8.0 agree on before the first byte of TDS. */
export const TDS8_PROTOCOL = 'tds/8.0';

/** Does the server's side of TLS over a connection that is there already, and tells when it is done. */
export function secure(
  connection: Duplex,
  certificates: NonNullable<Admission['certificates']>,
  version: 'tds7' | 'tds8',
  secured: (stream: TLSSocket) => void,
): void {
  const options = {
    cert: certificates.certificate,
    key: certificates.key,
    // Inside PRELOGIN messages only the handshake of TLS 1.2 is possible, which has a last word.
    ...(version === 'tds7' ? { maxVersion: 'TLSv1.2' as const } : { ALPNProtocols: [TDS8_PROTOCOL] }),
  };
  const server = createServer(options, secured);
  server.on('tlsClientError', () => connection.destroy());
  server.emit('connection', connection);
}

import type { Socket } from 'node:net';

/** The type and the length of a message; the length includes itself. */
const HEADER_BYTES = 5;
/** The longest message that libpq accepts from a server before the end of a login. */
const MESSAGE_BYTES_MAX = 2_000 + 4;
const AUTHENTICATION = 'R';
const ERROR = 'E';
/** The kinds of authentication messages. */
const OK = 0;
const SASL = 10;
const SASL_CONTINUE = 11;
const SASL_FINAL = 12;
const MECHANISM = 'SCRAM-SHA-256-PLUS';

/**
 * Watches a login and closes the connection in two cases, as libpq does with `channel_binding=require`: before a password is
 * sent to a server that does not bind the login to its certificate, and when the server ends the login without proof that it
 * knows the password. The driver binds only where the server offers it, and otherwise continues without binding.
 * @param socket a TLS connection on which the driver does not listen yet, so that its listener comes after this one
 */
export function requireChannelBinding(socket: Socket): void {
  let received = Buffer.alloc(0);
  let proven = false;
  const refuse = (): void => {
    socket.off('data', watch);
    socket.destroy(
      new Error('The server does not offer channel binding, and channel_binding=require asks for it'),
    );
  };
  const watch = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      if (received.length < HEADER_BYTES) return;
      const type = received.toString('latin1', 0, 1);
      const length = received.readUInt32BE(1) + 1;
      // An error ends the login by itself, so its length does not matter.
      if (type === ERROR) {
        socket.off('data', watch);
        return;
      }
      if (length > MESSAGE_BYTES_MAX) {
        refuse();
        return;
      }
      if (received.length < length) return;
      const message = received.subarray(HEADER_BYTES, length);
      received = received.subarray(length);
      if (type !== AUTHENTICATION) continue;
      const kind = message.readUInt32BE(0);
      if (kind === OK) {
        socket.off('data', watch);
        if (!proven) refuse();
        return;
      }
      const mechanisms = kind === SASL ? message.toString('latin1', 4).split('\0') : [];
      if (kind === SASL_FINAL) proven = true;
      else if (kind !== SASL_CONTINUE && !mechanisms.includes(MECHANISM)) {
        refuse();
        return;
      }
    }
  };
  socket.on('data', watch);
}

import type { Socket } from 'node:net';

/** Type and length of a message; the length counts itself. */
const HEADER_BYTES = 5;
/** No message of a server is longer before the end of a login, by what libpq takes. */
const MESSAGE_BYTES_MAX = 2_000 + 4;
const AUTHENTICATION = 'R';
const ERROR = 'E';
/** Kinds of authentication messages. */
const OK = 0;
const SASL = 10;
const SASL_CONTINUE = 11;
const SASL_FINAL = 12;
const MECHANISM = 'SCRAM-SHA-256-PLUS';

/**
 * Watches a login, and breaks the connection before a password is sent to a server that does not bind it to its certificate, or
 * that ends the login without the proof that it knows the password, as libpq does with `channel_binding=require`. The driver
 * binds where the server offers to, and goes on without where it does not.
 * @param socket a connection with TLS, on which the driver does not listen yet: its listener comes after this one
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
      // An error ends the login by itself, whatever its length.
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

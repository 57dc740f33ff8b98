import { connect, type Socket } from 'node:net';

/** The header of a packet of the protocol: its type, its status, its length, and bytes that are not needed here. */
const HEADER_BYTES = 8;
/** In the response to a PRELOGIN: the token of the encryption, and the end of the list of tokens. */
const ENCRYPTION = 0x01;
const TERMINATOR = 0xff;
/** An option consists of a token, the offset of its data and their length. */
const OPTION_BYTES = 5;
const ON = 0x01;
const REQUIRED = 0x03;

/** The server does not support encryption, although it is required. */
class PlainTextRefused extends Error {
  readonly code = 'EENCRYPT';

  constructor() {
    super('The server does not encrypt, and encrypt=true asks for it. No password was sent.');
  }
}

/**
 * Opens a connection that closes before the login when the server reports that it does not support encryption. With `encrypt:
 * true` the driver would continue without encryption and send the password in clear text.
 * @param onRefused called with the reason, because the driver has its own message for a closed connection
 */
export async function openEncryptingSocket(
  host: string,
  port: number,
  signal: AbortSignal | undefined,
  onRefused: (error: Error) => void,
): Promise<Socket> {
  const socket = connect({ host, port });
  const abort = () => {
    socket.destroy();
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('close', () => {
        reject(new Error('closed while connecting'));
      });
      socket.once('connect', () => {
        socket.removeAllListeners('error').removeAllListeners('close');
        resolve();
      });
    });
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  return refusingPlainText(socket, onRefused);
}

/** Inspects the server's first packet. This listener runs before the driver's. */
function refusingPlainText(socket: Socket, onRefused: (error: Error) => void): Socket {
  let received = Buffer.alloc(0);
  const look = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    if (received.length < HEADER_BYTES || received.length < received.readUInt16BE(2)) return;
    socket.off('data', look);
    if (offersEncryption(received.subarray(HEADER_BYTES))) return;
    onRefused(new PlainTextRefused());
    socket.destroy();
  };
  socket.on('data', look);
  return socket;
}

/** @param answer the body of the response to a PRELOGIN: a list of options, followed by their data */
function offersEncryption(answer: Buffer): boolean {
  for (let at = 0; at + OPTION_BYTES <= answer.length && answer[at] !== TERMINATOR; at += OPTION_BYTES) {
    if (answer[at] !== ENCRYPTION) continue;
    const value = answer[answer.readUInt16BE(at + 1)];
    return value === ON || value === REQUIRED;
  }
  return false;
}

import { connect } from 'node:net';

/** Sends literal bytes and returns everything received until the connection ends, which the request should ask for. */
export function rawExchange(url: string, sent: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = connect(Number(port), hostname, () => socket.write(sent, 'latin1'));
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => (said += text));
    socket.on('error', reject);
    socket.on('close', () => {
      resolve(said);
    });
  });
}

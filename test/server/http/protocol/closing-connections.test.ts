import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { startBridgeServer } from '../../../support/server/bridge-server.ts';
import { eventually } from '../../../support/eventually.ts';
import { pushConnectors } from '../../../support/server/push-server.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';

const BODY = '{"op":"DELETE","doc_id":"1"}';

test('a server that stops closes connections that never asked at once, and answers what is under way', async () => {
  const folders = temporaryFolders();
  const cwd = folders.make();
  pushConnectors(cwd);
  const server = await startBridgeServer({ cwd });
  const { hostname, port } = new URL(server.url);
  const [silent, pushing] = [connect(Number(port), hostname), connect(Number(port), hostname)];
  await Promise.all([once(silent, 'connect'), once(pushing, 'connect')]);
  let said = '';
  pushing.setEncoding('utf8').on('data', (text: string) => (said += text));
  const silentEnded = once(silent.resume(), 'close');
  pushing.write(
    'POST /v1/connectors/support-push/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
      `Idempotency-Key: k\r\nExpect: 100-continue\r\nContent-Length: ${BODY.length}\r\n\r\n`,
  );
  await eventually('the server waits for the body', () => said.startsWith('HTTP/1.1 100'));

  const stopped = server.stop();
  await silentEnded;
  expect(said).not.toContain('202');
  pushing.write(BODY);
  await once(pushing, 'close');
  expect(said).toContain('HTTP/1.1 202');
  await stopped;
  folders.removeAll();
});

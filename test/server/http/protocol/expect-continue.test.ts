import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PUSH_TOKEN, startGuardedServer, type GuardedServer } from '../../../support/http/guarded-server.ts';
import { rawExchange } from '../../../support/http/raw-exchange.ts';

let server: GuardedServer;
beforeAll(async () => {
  server = await startGuardedServer({ locked: true });
});
afterAll(() => server.stop());

const BODY = '{"op":"UPSERT","doc_id":"1","title":"t","content":"c"}';
const push = (token: string, expectation: string, body: string) =>
  rawExchange(
    server.url,
    'POST /v1/connectors/support-push/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n' +
      `Content-Type: application/json\r\nIdempotency-Key: ${expectation}\r\nAuthorization: Bearer ${token}\r\n` +
      `Expect: ${expectation}\r\nContent-Length: ${BODY.length}\r\n\r\n${body}`,
  );
const statuses = (said: string) => [...said.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);

test('who may push is told to send the body', async () => {
  expect(statuses(await push(PUSH_TOKEN, '100-continue', BODY))).toEqual(['100', '202']);
});

test('who may not is told so before the body is sent', async () => {
  expect(statuses(await push('wrong', '100-continue', ''))).toEqual(['401']);
});

test('another expectation changes nothing', async () => {
  expect(statuses(await push(PUSH_TOKEN, 'magic', BODY))).toEqual(['202']);
});

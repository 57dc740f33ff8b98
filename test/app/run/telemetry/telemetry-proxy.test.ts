import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openTelemetry } from '../../../../src/app/run/telemetry/telemetry.ts';
import { systemClock } from '../../../../src/core/time/clock.ts';
import { BridgeError } from '../../../../src/core/errors.ts';
import { silentLogger } from '../../../../src/core/log.ts';
import { createCertificates } from '../../../support/http/certificates.ts';
import { startHttp, startHttps, type LocalServer } from '../../../support/http/local-server.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
/** What the proxy was asked to connect to. */
let asked: string[] = [];
/** Refuses every connection with a status that is not retried. */
let proxy: LocalServer;
/** No channel trusts its certificate, so a channel that connects directly fails immediately. */
let server: LocalServer;

beforeAll(async () => {
  proxy = await startHttp(undefined, (listening) =>
    listening.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
    }),
  );
  server = await startHttps(createCertificates(), (_, response) => response.end());
});
afterAll(async () => {
  await Promise.all([proxy.close(), server.close()]);
  folders.removeAll();
});

/** A run that failed. @returns why each channel could not tell it, without codes, by what the log says of the channel */
async function tellAll(host: string, except: string | undefined): Promise<Record<string, string>> {
  const reasons: Record<string, string> = {};
  asked = [];
  const origin = `https://${host}:${server.port}`;
  const telemetry = await openTelemetry(
    {
      runId: 'R1',
      kind: 'connector',
      connector: 'hr',
      namedAfterFile: false,
      file: 'hr.yaml',
      target: null,
      targetKind: 'data_store',
      mode: 'run',
    },
    {
      settings: {
        splunk: { endpoint: { url: origin, loopback: true }, token: 'token-of-a-test' },
        teams: { webhookUrl: `${origin}/webhook`, links: {} },
        traces: { url: `${origin}/v1/traces`, headers: {}, resource: {}, parent: undefined },
      },
      proxy: { http: undefined, https: proxy.origin, except },
      databaseUrl: undefined,
      cwd: folders.make(),
      clock: systemClock,
      log: {
        ...silentLogger,
        warn: (message, fields) => (reasons[message] = String(fields?.['reason']).replace(/: .*$/, '')),
      },
      version: '1.2.3',
      redact: (text) => text,
      timing: { flushMs: 60_000, settleMs: 30_000, memoryMs: 60_000 },
    },
  );
  telemetry.observer.phase('extract');
  await telemetry.finished({ error: new BridgeError('SOURCE_UNREACHABLE', 'No route.') });
  return reasons;
}

describe('with HTTPS_PROXY and NO_PROXY', () => {
  test.each([
    [undefined, '127.0.0.1', 'through the proxy'],
    ['*', '127.0.0.1', 'directly'],
    ['127.0.0.1', '127.0.0.1', 'directly'],
    ['127.0.0.2', '127.0.0.1', 'through the proxy'],
    ['127.0.0.1:PORT', '127.0.0.1', 'directly'],
    ['127.0.0.1:1', '127.0.0.1', 'through the proxy'],
    ['10.0.0.0/8, 127.0.0.0/8', '127.0.0.1', 'directly'],
    ['10.0.0.0/8', '127.0.0.1', 'through the proxy'],
    ['localhost', 'localhost', 'directly'],
    ['.LOCALHOST', 'localhost', 'directly'],
    ['*.localhost:PORT', 'localhost', 'directly'],
    ['host', 'localhost', 'through the proxy'],
  ])(
    'of %j, Splunk and Teams at %s are reached %s, and the collector directly',
    async (except, host, way) => {
      const port = String(server.port);
      const reasons = await tellAll(host, except?.replace('PORT', port));
      const told = way === 'directly' ? 'TLS failed' : 'the proxy asks for a user and a password (407)';
      expect(reasons).toEqual({
        'some telemetry of this run was not delivered to Splunk': told,
        'some telemetry of this run was not delivered to Teams': told,
        'some telemetry of this run was not delivered to the trace collector': 'TLS failed',
      });
      expect(new Set(asked)).toEqual(new Set(way === 'directly' ? [] : [`${host}:${port}`]));
    },
  );
});

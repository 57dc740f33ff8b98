import { afterEach, describe, expect, test } from '@jest/globals';
import { GcsBucket } from '../../src/artifacts/gcs/client.ts';
import { withGcsErrors } from '../../src/artifacts/gcs/errors.ts';
import { retrying } from '../../src/artifacts/gcs/retry.ts';
import { toBridgeError } from '../../src/core/errors.ts';
import { createLogger } from '../../src/core/log.ts';
import { openApi } from '../../src/gemini/api/api.ts';
import { ALWAYS_HELD } from '../support/pipeline/always-held.ts';
import { refusal, startServer, type Reply, type TestServer } from '../support/http/http-server.ts';
import { readAll } from '../support/files/read-rows.ts';
import { restSource } from '../support/http/rest-source.ts';

const NEVER = new AbortController().signal;
const RETRY = { retries: 3, backoffSeconds: 0, wait: () => Promise.resolve() };

/** Asks a server for something; the lines are those of the log. */
type Ask = (url: string, lines: string[]) => Promise<unknown>;

const logInto = (lines: string[]) =>
  createLogger({
    write: (line) => lines.push(line.trim()),
    level: 'debug',
    format: (level, _, message) => `${level} ${message}`,
    now: () => new Date(),
    redact: (line) => line,
  });

const rest =
  (oauth: boolean): Ask =>
  async (url, lines) => {
    const token = {
      grantType: 'client_credentials',
      tokenUrl: url,
      clientId: 'c',
      clientSecretRef: 's',
    } as const;
    const spec = oauth ? { url: 'https://api.example.com/', oauth: token } : { url };
    await readAll(restSource(spec, { secrets: { s: 'x' }, log: logInto(lines), retry: RETRY }).source);
  };

const ADAPTERS: Readonly<Record<string, Ask>> = {
  'an HTTP source': rest(false),
  'a token endpoint': rest(true),
  'Discovery Engine': async (url, lines) => {
    const { wait, ...retry } = RETRY;
    const endpoint = { url, loopback: true };
    const log = logInto(lines);
    const api = await openApi({
      location: 'global',
      projectId: 'p',
      endpoint,
      retry,
      leases: ALWAYS_HELD,
      log,
      wait,
    });
    await api.request({ method: 'GET', path: 'x', quota: 'reads', repeatable: true }, NEVER);
  },
  'Cloud Storage': async (url, lines) => {
    const bucket = new GcsBucket('b', { url, loopback: true }, ALWAYS_HELD);
    await withGcsErrors('read', 'gs://b/one', () =>
      retrying(() => bucket.facts('one'), { ...RETRY, log: logInto(lines) }),
    );
  },
};

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function outcomeOf(ask: Ask, ...replies: readonly Reply[]) {
  const server = await startServer(...replies);
  servers.push(server);
  const lines: string[] = [];
  const error = await ask(server.url, lines).then(() => undefined, toBridgeError);
  return { error, lines, sent: server.received.length };
}

describe.each(Object.entries(ADAPTERS))('%s', (_, ask) => {
  test.each([429, 503])(
    'that answers %s and asks for a wait of two hours is asked by the next run',
    async (status) => {
      const { error, sent } = await outcomeOf(
        ask,
        refusal(status, 'UNAVAILABLE', 'Busy.', { headers: { 'retry-after': '7200' } }),
      );
      expect(sent).toBe(1);
      expect(error?.exit).toBe(75);
      const time = error?.nextRunAfter?.toISOString() ?? 'never';
      expect(error?.message).toContain(`asked us not to retry before ${time}.`);
      expect(error?.hint).toMatch(new RegExp(`^Run again after ${time}\\.`));
    },
  );

  test('that answers 503 is retried, with one line in the log for each wait', async () => {
    const { error, lines, sent } = await outcomeOf(ask, refusal(503, 'UNAVAILABLE', 'Busy.'));
    expect(sent).toBe(4);
    expect(error?.message).toContain(', after 4 attempts.');
    const told = lines.filter((line) => line === 'warn a request failed; it is retried after a wait');
    expect(told).toHaveLength(3);
  });
});

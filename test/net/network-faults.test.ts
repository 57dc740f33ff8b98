import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { GcsBucket } from '../../src/artifacts/gcs/client.ts';
import { withGcsErrors } from '../../src/artifacts/gcs/errors.ts';
import { retrying } from '../../src/artifacts/gcs/retry.ts';
import { withDeadline } from '../../src/core/time/deadline.ts';
import { toBridgeError, type BridgeError } from '../../src/core/errors.ts';
import { createLogger } from '../../src/core/log.ts';
import { answerProblem } from '../../src/gemini/api/answer-problems.ts';
import { networkProblem } from '../../src/gemini/api/network-problems.ts';
import { readText } from '../../src/google/answer.ts';
import { openTransport } from '../../src/google/transport.ts';
import { openDatabase } from '../../src/database/database.ts';
import { stateError } from '../../src/database/state-errors.ts';
import { lazyPost } from '../../src/telemetry/http/post.ts';
import { postMessage } from '../../src/telemetry/teams/webhook.ts';
import { exportSpans, spansOf } from '../../src/telemetry/traces/spans.ts';
import { ALWAYS_HELD } from '../support/pipeline/always-held.ts';
import { mysqlSource } from '../support/databases/mysql-source.ts';
import { FAULTS, type Fault, type FaultyPlace, type FaultyProtocol } from '../support/http/network-faults.ts';
import { oracleSource } from '../support/databases/oracle-server.ts';
import { postgresSource } from '../support/databases/postgres-source.ts';
import { workloadIdentityFile } from '../support/google-credentials.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { readAll } from '../support/files/read-rows.ts';
import { OPEN_PERMIT } from '../support/pipeline/open-permit.ts';
import { restSource, type RestSpec } from '../support/http/rest-source.ts';
import { mssqlSource } from '../support/databases/sql-server.ts';

/** What an adapter says about a fault. */
interface Told {
  /** Undefined for telemetry, whose failures never fail a run. */
  readonly code: string | undefined;
  readonly hint: string | undefined;
  /** Whether the adapter tries again by itself; undefined if it leaves that to the next run. */
  readonly again: boolean | undefined;
}

interface Adapter extends FaultyProtocol {
  /** The codes of its errors begin so. */
  readonly kind: 'source' | 'gemini' | 'artifact' | 'state' | 'telemetry';
  /** Faults that this adapter cannot meet, and why. */
  readonly except?: Partial<Record<Fault, string>>;
  ask(place: FaultyPlace): Promise<Told>;
}

/** For what has no time limit of its own. */
const SECONDS_MAX = 60;
const NEVER = new AbortController().signal;
const NO_PROXY = { 'a proxy that asks for a password': 'connects directly' };

/** The body of a success that breaks off. */
const BEGUN =
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[{"id":1,"name":"a"},';

const ADAPTERS: Readonly<Record<string, Adapter>> = {
  Postgres: {
    kind: 'source',
    tlsAgreed: 'S',
    except: NO_PROXY,
    ask: ({ host, port, tls, seconds }) =>
      failing(() => {
        const mode = tls ? 'verify-full' : 'disable';
        return readAll(
          postgresSource(`postgres://u:p@${host}:${port}/d?sslmode=${mode}`, 'SELECT 1', limit(seconds)),
        );
      }),
  },
  MySQL: {
    kind: 'source',
    except: {
      ...NO_PROXY,
      'TLS to a port without TLS': 'the server speaks first, in clear text',
      'an expired certificate': 'the server speaks first, in clear text',
    },
    ask: ({ host, port, seconds }) =>
      failing(() =>
        readAll(mysqlSource(`mysql://u:p@${host}:${port}/d?ssl-mode=DISABLED`, 'SELECT 1', limit(seconds))),
      ),
  },
  'SQL Server': {
    kind: 'source',
    except: NO_PROXY,
    ask: ({ host, port, tls, seconds }) =>
      failing(() => {
        const encrypt = tls ? 'strict' : 'false';
        return readAll(
          mssqlSource(`mssql://u:p@${host}:${port}/d?encrypt=${encrypt}`, 'SELECT 1', limit(seconds)),
        );
      }),
  },
  Oracle: {
    kind: 'source',
    except: NO_PROXY,
    ask: ({ host, port, tls, seconds }) =>
      failing(() => {
        const protocol = tls ? '?protocol=tcps' : '';
        return readAll(oracleSource(`oracle://u:p@${host}:${port}/d${protocol}`, 'SELECT 1', limit(seconds)));
      }),
  },
  'an HTTP source': {
    kind: 'source',
    greeting: BEGUN,
    ask: (place) => rest({ url: urlOf(place) }, place),
  },
  'a token endpoint': {
    kind: 'source',
    greeting: BEGUN,
    except: { 'a silent server': 'its time limit is a minute' },
    ask: (place) =>
      rest(
        {
          url: 'https://api.example.com/',
          oauth: {
            grantType: 'client_credentials',
            tokenUrl: `${urlOf(place)}/token`,
            clientId: 'c',
            clientSecretRef: 'client',
          },
        },
        place,
      ),
  },
  'Discovery Engine': { kind: 'gemini', greeting: BEGUN, ask: discoveryEngine },
  'Cloud Storage': { kind: 'artifact', ask: cloudStorage },
  'the state database': { kind: 'state', tlsAgreed: 'S', except: NO_PROXY, ask: state },
  'Splunk and Teams': { kind: 'telemetry', ask: webhook },
  'a trace collector': {
    kind: 'telemetry',
    except: { 'a silent server': 'it has the time of a flush', ...NO_PROXY },
    ask: collector,
  },
};

/** What every adapter says about one fault: in its own code, and with the same advice. */
const EXPECTED: Readonly<
  Record<
    Fault,
    Readonly<Record<Exclude<Adapter['kind'], 'telemetry'>, string>> & { hint: RegExp; again: boolean }
  >
> = {
  'a closed port': {
    source: 'SOURCE_UNREACHABLE',
    gemini: 'GEMINI_UNREACHABLE',
    artifact: 'ARTIFACT_READ_FAILED',
    state: 'STATE_UNREACHABLE',
    hint: /^Check (?:host and port|the network)/,
    again: true,
  },
  'a name that does not resolve': {
    source: 'SOURCE_UNREACHABLE',
    gemini: 'GEMINI_UNREACHABLE',
    artifact: 'ARTIFACT_READ_FAILED',
    state: 'STATE_UNREACHABLE',
    // A machine without any name server says so.
    hint: /^Check .*, and DNS on this machine\.$|^The name server did not answer/,
    again: true,
  },
  'a connection that is reset': {
    source: 'SOURCE_LOST',
    gemini: 'GEMINI_UNREACHABLE',
    artifact: 'ARTIFACT_READ_FAILED',
    state: 'STATE_UNREACHABLE',
    hint: /^Nothing was committed|^Run again later|^Check the network|^Check that the database runs/,
    again: true,
  },
  'a silent server': {
    source: 'SOURCE_TIMEOUT',
    gemini: 'GEMINI_UNREACHABLE',
    artifact: 'ARTIFACT_READ_FAILED',
    state: 'STATE_UNREACHABLE',
    hint: /^Check the network|TimeoutSeconds|^Run again later|^Check that the database runs/,
    again: true,
  },
  'TLS to a port without TLS': {
    source: 'SOURCE_TLS',
    gemini: 'GEMINI_UNREACHABLE',
    artifact: 'ARTIFACT_READ_FAILED',
    state: 'STATE_FAILED',
    hint: /speaks TLS 1\.2 or newer on this port|does a Postgres server answer|sslmode|listener/,
    again: false,
  },
  'an expired certificate': {
    source: 'SOURCE_TLS',
    gemini: 'GEMINI_UNREACHABLE',
    artifact: 'ARTIFACT_READ_FAILED',
    state: 'STATE_FAILED',
    hint: /^The certificate of the server has expired/,
    again: false,
  },
  'a proxy that asks for a password': {
    source: 'SOURCE_AUTH_FAILED',
    gemini: 'GEMINI_CREDENTIALS',
    artifact: 'ARTIFACT_PERMISSION',
    state: 'never',
    hint: /^Put the user and the password of the proxy into HTTPS_PROXY/,
    again: false,
  },
};

const folders = temporaryFolders();
const outside = process.env;
beforeAll(() => {
  // Google's libraries read the proxies of the environment by themselves.
  process.env = { ...outside, NO_PROXY: '', no_proxy: '' };
});
afterAll(() => {
  process.env = outside;
});
const places: FaultyPlace[] = [];
afterEach(async () => {
  folders.removeAll();
  for (const place of places.splice(0)) await place.close();
});

const faults = Object.keys(FAULTS).filter((name): name is Fault => name in FAULTS);

describe.each(faults)('%s', (fault) => {
  const { hint, again, ...codes } = EXPECTED[fault];
  const adapters = Object.entries(ADAPTERS).filter(([, { except }]) => except?.[fault] === undefined);

  test.each(adapters)('has its code and its advice from %s', async (_, adapter) => {
    const place: FaultyPlace = await FAULTS[fault](adapter);
    places.push(place);
    process.env['HTTPS_PROXY'] = place.proxy ?? '';
    const told = await adapter.ask(place);
    const isTelemetry = adapter.kind === 'telemetry';
    expect(told.code).toBe(isTelemetry ? undefined : codes[adapter.kind]);
    // Telemetry does not say what to do about silence: a run that ends has little time for it.
    const silence = isTelemetry && fault === 'a silent server';
    expect(String(told.hint)).toMatch(silence ? /^undefined$/ : hint);
    expect(told.again ?? again).toBe(again);
  });
});

function limit(seconds: number | undefined) {
  return seconds === undefined ? {} : { connectTimeoutSeconds: seconds };
}

function urlOf({ tls, host, port }: FaultyPlace): string {
  return `http${tls ? 's' : ''}://${host}:${port}`;
}

function proxyOf({ proxy }: FaultyPlace) {
  return { http: proxy, https: proxy, except: undefined };
}

async function failing(work: () => Promise<unknown>): Promise<Told> {
  const { code, hint } = await errorOf(work);
  return { code, hint, again: undefined };
}

async function errorOf(work: () => Promise<unknown>): Promise<BridgeError> {
  return await work().then(() => {
    throw new Error('It was expected to fail.');
  }, toBridgeError);
}

async function rest(spec: RestSpec, place: FaultyPlace): Promise<Told> {
  const { source, waits } = restSource(
    { ...(place.seconds === undefined ? {} : { requestTimeoutSeconds: place.seconds }), ...spec },
    {
      proxy: proxyOf(place),
      secrets: { client: 'secret' },
      retry: { retries: 1, backoffSeconds: 0 },
      // Credentials may be sent without TLS here: the test is about the network.
      permit: { ...OPEN_PERMIT, inClear: () => true },
    },
  );
  return { ...(await failing(() => readAll(source))), again: waits.length > 0 };
}

async function discoveryEngine(place: FaultyPlace): Promise<Told> {
  const url = urlOf(place);
  const transport = await openTransport('p', url, place.proxy === undefined);
  const request = { method: 'GET', url: `${url}/v1/x`, headers: new Headers(), body: undefined };
  const problem = await withDeadline(place.seconds ?? SECONDS_MAX, NEVER, async (signal) => {
    const { status, headers, ...answer } = await transport.send(request, signal);
    return { status, headers, text: await readText({ status, headers, ...answer }) };
  }).then((answer) => answerProblem(answer, new Date(), { path: 'x', projectId: 'p' }), networkProblem);
  return { code: problem.code, hint: problem.hint, again: problem.passing };
}

async function cloudStorage(place: FaultyPlace): Promise<Told> {
  // A proxy is used only to reach other machines, where credentials are needed: these are asked for first.
  const endpoint = { url: urlOf(place), loopback: place.proxy === undefined };
  process.env['GOOGLE_APPLICATION_CREDENTIALS'] = workloadIdentityFile(
    folders.make(),
    'https://sts.googleapis.com/v1/token',
  );
  const bucket = new GcsBucket('b', endpoint, ALWAYS_HELD, {
    requestMs: (place.seconds ?? SECONDS_MAX) * 1_000,
  });
  let waits = 0;
  const wait = () => {
    waits += 1;
    return Promise.resolve();
  };
  const told = await failing(() =>
    withGcsErrors('read', 'gs://b/one', () =>
      retrying(() => bucket.facts('one'), { retries: 1, backoffSeconds: 0, wait }),
    ),
  );
  return { ...told, again: waits > 0 };
}

async function state({ host, port, tls, seconds = SECONDS_MAX }: FaultyPlace): Promise<Told> {
  const mode = tls ? 'verify-full' : 'disable';
  const url = `postgres://u:p@${host}:${port}/d?connect_timeout=${seconds}&sslmode=${mode}`;
  const database = await openDatabase({ url, file: 'not-used.db' });
  try {
    return await failing(async () => {
      try {
        await database.knex.raw('select 1');
      } catch (thrown) {
        throw stateError(thrown, database.location);
      }
    });
  } finally {
    await database.close();
  }
}

async function webhook(place: FaultyPlace): Promise<Told> {
  const { post, close } = lazyPost(proxyOf(place));
  const failure = await postMessage(
    `${urlOf(place)}/a-secret`,
    '{}',
    {
      post: (url, headers, body, signal) =>
        withDeadline(place.seconds ?? SECONDS_MAX, signal, (inTime) => post(url, headers, body, inTime)),
      wait: () => Promise.reject(new Error('No second attempt.')),
      now: () => new Date(),
      isHeld: () => true,
      log: createLogger({
        write: () => undefined,
        level: 'error',
        format: () => '',
        now: () => new Date(),
        redact: (line) => line,
      }),
    },
    NEVER,
  );
  await close();
  return { code: undefined, hint: failure?.fix, again: failure?.again };
}

async function collector(place: FaultyPlace): Promise<Told> {
  const settings = { url: `${urlOf(place)}/v1/traces`, headers: {}, resource: {}, parent: undefined };
  const at = new Date();
  const spans = spansOf(
    settings,
    {
      runId: 'r',
      kind: 'connector',
      connector: 'c',
      namedAfterFile: false,
      file: 'c.yaml',
      target: null,
      targetKind: 'data_store',
      mode: 'run',
      version: '1',
      startedAt: at,
    },
    {
      status: 'SUCCESS',
      exitStatus: 0,
      work: 'done',
      counts: {},
      watermark: null,
      holdReason: null,
      error: null,
      phases: [],
      durationMs: 0,
      finishedAt: at,
    },
  );
  const failure = await exportSpans(settings, spans);
  return { code: undefined, hint: failure?.fix, again: undefined };
}

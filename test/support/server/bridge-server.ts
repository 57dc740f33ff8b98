import { systemClock } from '../../../src/core/time/clock.ts';
import { createRedactor } from '../../../src/core/secrets/redact.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { openBridgeServer } from '../../../src/server/open-bridge-server.ts';
import { answerJudge, type AnswerJudge, type OpenApiDocument } from './openapi.ts';
import { temporaryFolders } from '../files/temporary-folder.ts';
import { NO_MANAGED_SECRETS } from '../secrets/no-managed-secrets.ts';

type Settings = Parameters<typeof openBridgeServer>[0];

/** As with an empty environment. */
export const NO_ACCESS: Settings['access'] = {
  adminKey: undefined,
  sessionSecret: undefined,
  trustedProxies: [],
  signOn: undefined,
  secret: () => undefined,
  ...NO_MANAGED_SECRETS,
  announceKey: () => undefined,
};

/** As with an empty environment: the offline embedder, and no secret. */
export const NO_KNOWLEDGE: Settings['knowledge'] = {
  embeddings: { apiKey: undefined, endpoint: undefined },
  proxy: { http: undefined, https: undefined, except: undefined },
  redactor: createRedactor(),
  retry: { retries: 0, backoffSeconds: 0 },
  secret: () => undefined,
  similarSecret: () => undefined,
  ...NO_MANAGED_SECRETS,
};

/** The process of a preview runs, and may reach nothing that is not public. */
export const NO_PREVIEWS: Settings['previews'] = {
  reach: { allowedHosts: [], fileRoots: [] },
  variables: () => ({ PATH: process.env['PATH'] ?? '' }),
};

/** No app is synced, unless a test has a runner of its own. */
export const NO_SYNC: Settings['sync'] = {
  requestsPerMinute: 10,
  allowedOrigins: [],
  settings: { splunk: undefined, teams: undefined, traces: undefined },
  retry: { retries: 0, backoffSeconds: 0 },
  proxy: { http: undefined, https: undefined, except: undefined },
  redactor: createRedactor(),
  secret: () => undefined,
  similarSecret: () => undefined,
  ...NO_MANAGED_SECRETS,
};

/** A server of this program on a free port of the loopback, with a state of its own; stop it after the tests. */
export async function startBridgeServer(settings: Partial<Settings> = {}) {
  const folders = temporaryFolders();
  const cwd = settings.cwd ?? folders.make();
  const server = await openBridgeServer({
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    databaseUrl: undefined,
    connectorsDir: 'connectors',
    policyFile: undefined,
    variablesForRun: () => ({}),
    auditRetentionDays: 400,
    cwd,
    clock: systemClock,
    log: silentLogger,
    access: NO_ACCESS,
    knowledge: NO_KNOWLEDGE,
    sync: NO_SYNC,
    previews: NO_PREVIEWS,

    runLinks: {},
    // Nothing listens there, so no test asks Google for artifacts.
    gcsEndpoint: { url: 'http://127.0.0.1:9', loopback: true },
    ...settings,
  });
  let judge: AnswerJudge | undefined;
  let stopped: Promise<void> | undefined;
  const stop = () =>
    (stopped ??= server.stop().then(() => {
      folders.removeAll();
    }));
  return {
    url: server.address,
    cwd,
    stop,
    /** Fails when the answer is none that the OpenAPI document declares; the body can still be read. */
    async request(path: string, init: RequestInit = {}): Promise<Response> {
      judge ??= answerJudge(
        (await (await fetch(`${server.address}/openapi.json`)).json()) as OpenApiDocument,
      );
      const answer = await fetch(`${server.address}${path}`, { redirect: 'manual', ...init });
      const type = answer.headers.get('content-type') ?? '';
      // Pages are for people, and not in the document.
      if (/^\/(v1\/|api\/|healthz|readyz|metrics)/.test(path))
        judge.judge(init.method ?? 'GET', path, answer.status, type, await answer.clone().text());
      return answer;
    },
  };
}

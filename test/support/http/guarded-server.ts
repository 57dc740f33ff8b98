import { join } from 'node:path';
import { Type } from 'typebox';
import { createRedactor } from '../../../src/core/secrets/redact.ts';
import { openCatalog } from '../../../src/app/catalog/catalog.ts';
import { manageSources } from '../../../src/app/knowledge/managed-sources.ts';
import { makeAccessKey } from '../../../src/app/serve/make-access-key.ts';
import { createMetrics } from '../../../src/app/serve/metrics.ts';
import { createRunStarter } from '../../../src/app/serve/run-starter.ts';
import { openPushIntake } from '../../../src/app/push/open-intake.ts';
import { openServerState } from '../../../src/app/serve/server-state.ts';
import { openStudio } from '../../../src/app/studio/open-studio.ts';
import type { ProposalTiming } from '../../../src/app/studio/proposals/open-proposals.ts';
import type { GithubSettings } from '../../../src/studio/github/settings.ts';
import type { AccessKey } from '../../../src/core/secrets/access-key.ts';
import type { Clock } from '../../../src/core/time/clock.ts';
import { createLogger, jsonFormat } from '../../../src/core/log.ts';
import type { AccessSettings } from '../../../src/server/access/access-settings.ts';
import { createServer } from '../../../src/server/app.ts';
import { openAccess } from '../../../src/server/access/open-access.ts';
import type { RouteSet } from '../../../src/server/http/route-set.ts';
import { answerJudge, type AnswerJudge, type OpenApiDocument } from '../server/openapi.ts';
import { scriptedKnowledge } from '../server/scripted-knowledge.ts';
import { openSync } from '../../../src/server/sync/open-sync.ts';
import { NO_ACCESS, NO_PREVIEWS, NO_SYNC } from '../server/bridge-server.ts';
import { writeConnectors } from './guarded-connectors.ts';
import { rawRequest } from './raw-request.ts';
import { temporaryFolders } from '../files/temporary-folder.ts';
import { SERVER_ACTOR } from '../../../src/core/access/audit-log.ts';
import { openDatabase } from '../../../src/database/database.ts';

interface GuardedSettings {
  readonly access?: Partial<AccessSettings>;
  /** What the server believes to listen on; it is on the loopback whatever this says. */
  readonly host?: string;
  /** It has a key, so that it asks for one. */
  readonly locked?: boolean;
  /** The folder of another server, which shares its state. */
  readonly cwd?: string;
  /** Wrong keys are delayed less than by default, so that tests need not wait. */
  readonly guessing?: Parameters<typeof openAccess>[0]['guessing'];
  /** `STUDIO_ALLOWED_HOSTS`. Default none. */
  readonly previewHosts?: readonly string[];
  /** Credentials of a repository; without them, the folder is the repository. */
  readonly github?: GithubSettings;
  readonly timing?: Partial<ProposalTiming>;
}

const QUICK_GUESSING = { counts: { addresses: 1_000, delayStepMs: 1, delayMsMax: 20 }, delayed: 2_000 };

const NEW_KEY = { name: 'of a test', connectorId: null, expiresAt: null } as const;
export const PUSH_TOKEN = 'token-of-the-ticket-system';

/** A server with a tiny route for each access, a clock that tests move, and a log that they read. */
export async function startGuardedServer({
  access,
  host = '127.0.0.1',
  locked = false,
  cwd,
  guessing = QUICK_GUESSING,
  previewHosts = [],
  github,
  timing,
}: GuardedSettings = {}) {
  const folders = temporaryFolders();
  const folder = cwd ?? folders.make();
  const clock = movableClock();
  const lines: string[] = [];
  const log = createLogger({
    write: (line) => lines.push(line),
    level: 'debug',
    format: jsonFormat,
    now: () => clock.now(),
    redact: (line) => line,
  });
  writeConnectors(join(folder, 'connectors'));
  const announced: string[] = [];
  const settings: AccessSettings = {
    ...NO_ACCESS,
    secret: (variable) => (variable === 'SECRET_SUPPORT_PUSH_TOKEN' ? PUSH_TOKEN : undefined),
    announceKey: (key) => announced.push(key),
    ...access,
  };
  const state = await openServerState({ databaseUrl: undefined, cwd: folder, clock, log });
  if (locked) await makeAccessKey(state, { ...NEW_KEY, right: 'admin' }, clock.now(), SERVER_ACTOR);
  const catalog = openCatalog({ directory: 'connectors', policyFile: undefined, cwd: folder, clock });
  const metrics = createMetrics(state);
  const { gate, login } = await openAccess({ settings, host, state, catalog, metrics, clock, log, guessing });
  const { trustedProxies } = settings;
  const runStarter = createRunStarter({
    runs: state.startedRuns,
    variablesForRun: () => ({}),
    cwd: folder,
    clock,
    log,
  });
  const intake = await openPushIntake({ databaseUrl: undefined, cwd: folder, catalog, clock, log });
  const sync = openSync({
    sync: NO_SYNC,
    state,
    catalog,
    databaseUrl: undefined,
    policyFile: undefined,
    cwd: folder,
    version: '1.2.3',
    clock,
    log,
  });
  const studio = openStudio({
    state,
    catalog,
    connectorsDir: 'connectors',
    policyFile: undefined,
    cwd: folder,
    clock,
    variables: settings,
    auditRetentionDays: 400,
    databaseUrl: undefined,
    previews: { ...NO_PREVIEWS, reach: { ...NO_PREVIEWS.reach, allowedHosts: previewHosts } },
    proxy: NO_SYNC.proxy,
    log,
    ...{ redactor: createRedactor(), github, timing },
  });
  const context = {
    version: '1.2.3',
    log,
    clock,
    catalog,
    state,
    metrics,
    runStarter,
    runLinks: {},
    lookUpDocument: () => Promise.reject(new Error('no test of keys looks up documents')),
    openStore: () => Promise.reject(new Error('no test of keys reads artifacts')),
    intake,
    sources: manageSources(scriptedKnowledge().knowledge),
    sync,
    studio: studio.services,
    gate,
    login,
    trustedProxies,
  };
  const app = await createServer(context);
  await app.register(routesOfEachAccess);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  let judge: AnswerJudge | undefined;
  let stopped: Promise<void> | undefined;
  return {
    url,
    cwd: folder,
    state,
    clock,
    lines,
    announced,
    /** From now on, no event can be recorded. */
    async breakAuditLog() {
      const database = await openDatabase({ file: join(folder, '.gemini-sync-bridge', 'state.db') });
      await database.knex.schema.dropTable('audit_events');
      await database.close();
    },
    /** Writes what is counted so far to the audit log. */
    refusals: studio.services.refusals,
    /** The use cases of Studio. */
    studio: studio.services,
    /** What starts runs. */
    runs: { catalog, runStarter, audit: state.audit },
    /** Node's own server, for its settings. */
    http: app.server,
    /** Fails when Studio answers a program what the OpenAPI document does not declare. */
    async request(path: string, options: NonNullable<Parameters<typeof rawRequest>[2]> = {}) {
      const answer = await rawRequest(url, path, options);
      const { method = 'GET' } = options;
      if (path.startsWith('/v1/studio/') && method !== 'HEAD') {
        judge ??= answerJudge(app.swagger() as unknown as OpenApiDocument);
        judge.judge(method, path, answer.status, answer.headers['content-type'] ?? '', answer.text);
      }
      return answer;
    },
    /** A new key of this server. */
    async makeKey(
      right: AccessKey['right'],
      more: Partial<Pick<AccessKey, 'connectorId' | 'expiresAt'>> = {},
    ) {
      const wanted = { ...NEW_KEY, name: `to ${right}`, right, ...more };
      return (await makeAccessKey(state, wanted, clock.now(), SERVER_ACTOR)).key;
    },
    stop: () =>
      (stopped ??= app
        .close()
        .then(() => Promise.all([intake.close(), sync.service.stop(), studio.close()]))
        .then(() => state.close())
        .then(() => {
          folders.removeAll();
        })),
  };
}

export type GuardedServer = Awaited<ReturnType<typeof startGuardedServer>>;

export const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

/** Answers of these routes say who the server thinks is asking. */
const routesOfEachAccess: RouteSet = (app, _options, done) => {
  app.get('/test/read', { config: { access: 'read' } }, ({ caller, ip, formToken, protocol }) => ({
    caller,
    ip,
    protocol,
    form_token: formToken?.value,
  }));
  app.post('/test/operate', { config: { access: 'operate' } }, ({ caller }) => ({ caller }));
  app.post('/test/admin', { config: { access: 'admin' } }, ({ caller }) => ({ caller }));
  app.post('/v1/connectors/:connector_id/test', { config: { access: 'push' } }, ({ caller, body }) => ({
    caller,
    body,
  }));
  const body = Type.Object({ note: Type.String() }, { additionalProperties: false });
  app.post('/test/note', { config: { access: 'operate' }, schema: { body } }, (request) => ({
    body: request.body,
    polluted: Reflect.get({}, 'polluted') !== undefined,
  }));
  app.get('/test/failure', { config: { access: 'read' } }, () => {
    throw new Error('connect ECONNREFUSED postgres://bridge:hunter22@db.internal/state');
  });
  app.get('/test/headers', { config: { access: 'read' } }, ({ headers }) => ({
    names: Object.keys(headers),
  }));
  done();
};

function movableClock(): Clock & { advance(seconds: number): void } {
  let ms = Date.parse('2026-11-22T08:00:00.000Z');
  return {
    now: () => new Date(ms),
    elapsedMs: () => ms,
    advance: (seconds) => {
      ms += seconds * 1_000;
    },
  };
}

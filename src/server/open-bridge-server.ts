import { openCatalog } from '../app/catalog/catalog.ts';
import { warnOfExposure } from '../app/doctor/exposed-paths.ts';
import { warnOfStateExposure } from '../app/run/exposure-warnings.ts';
import { NO_POLICY } from '../app/doctor/policy.ts';
import { createMetrics } from '../app/serve/metrics.ts';
import { createRunStarter } from '../app/serve/run-starter.ts';
import { storesToRead } from '../app/ops/run/stores-to-read.ts';
import { openDocumentLookup, type DocumentLookup } from '../app/ops/connector/document-lookup.ts';
import type { RunLinks } from '../app/ops/surroundings.ts';
import { openPolicy } from '../app/catalog/policy.ts';
import { manageSources, type ManagedSources } from '../app/knowledge/managed-sources.ts';
import { openKnowledge, type KnowledgeContext } from '../app/knowledge/open-knowledge.ts';
import type { IntakeBounds } from '../app/push/intake.ts';
import { openPushIntake } from '../app/push/open-intake.ts';
import { reportKeys } from '../app/secrets/report-keys.ts';
import type { PreviewSurroundings } from '../app/studio/preview/open-previews.ts';
import { openServerState } from '../app/serve/server-state.ts';
import { stateLocation } from '../app/run/state-location.ts';
import { openStudio } from '../app/studio/open-studio.ts';
import type { LayoutSettings } from '../app/studio/changes/open-changes.ts';
import type { Clock } from '../core/time/clock.ts';
import type { Endpoint } from '../core/endpoint.ts';
import type { SecretVariables } from '../definitions/connector/secrets/secrets.ts';
import type { Logger } from '../core/log.ts';
import type { AccessSettings } from './access/access-settings.ts';
import { createServer } from './app.ts';
import { openSync, type SyncSettings } from './sync/open-sync.ts';
import { listen, type Listening } from './http/listen.ts';
import { openAccess } from './access/open-access.ts';

interface ServerSettings {
  readonly host: string;
  /** 0 selects a free port. */
  readonly port: number;
  readonly version: string;
  /** `postgres://…`; undefined selects the embedded database below `cwd`. */
  readonly databaseUrl: string | undefined;
  readonly connectorsDir: string;
  /** `POLICY_FILE`; undefined means that connectors are not restricted. */
  readonly policyFile: string | undefined;
  /**
   * Returns the environment of a run that this server starts.
   * @param secretVariables the `SECRET_…` variables that its connector needs
   */
  readonly variablesForRun: (secretVariables: readonly string[]) => Readonly<Record<string, string>>;
  /** `AUDIT_RETENTION_DAYS`. */
  readonly auditRetentionDays: number;
  readonly cwd: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly access: AccessSettings;
  readonly runLinks: RunLinks;
  /** The origin under which others reach this server; undefined: the one of each request. */
  readonly publicUrl?: string | undefined;
  /** Where the files of connectors are in their repository. */
  readonly studioPaths?: LayoutSettings;
  /** Replaces Google's endpoint for reading the artifacts that Ops shows. */
  readonly gcsEndpoint?: Endpoint | undefined;
  readonly sync: SyncSettings;
  /** The repository of connectors; undefined without credentials. */
  readonly github?: Parameters<typeof openStudio>[0]['github'];
  readonly previews: PreviewSurroundings;
  /** Only tests set these bounds. */
  readonly pushBounds?: IntakeBounds;
  /** The environment in which knowledge sources are synced. */
  readonly knowledge: Pick<
    KnowledgeContext,
    'embeddings' | 'proxy' | 'redactor' | 'retry' | keyof SecretVariables
  >;
  /** Only tests set these sources, in place of those of the database. */
  readonly sources?: ManagedSources;
}

/**
 * Opens what the server requires, and listens.
 * @throws BridgeError POLICY_INVALID, STATE_*, ENVIRONMENT_INVALID, PORT_TAKEN or HOST_INVALID; everything is closed then.
 */
export async function openBridgeServer(settings: ServerSettings): Promise<Listening> {
  const { host, port, version, connectorsDir, cwd, clock, log, access, runLinks, pushBounds } = settings;
  if ((await openPolicy(settings)) === undefined) log.info(NO_POLICY);
  const catalog = openCatalog({ ...settings, directory: connectorsDir });
  const opened: { close(): Promise<void> }[] = [];
  const closeAll = async () => {
    for (const part of opened.splice(0).reverse()) await part.close();
  };
  const openSources = async () => {
    const knowledge = await openKnowledge({ ...settings, ...settings.knowledge });
    opened.push(knowledge);
    return knowledge;
  };
  try {
    warnOfStateExposure(settings.databaseUrl, log);
    const state = await openServerState(settings);
    opened.push(state);
    await reportKeys(state.secrets, access, log);
    const { url, file } = stateLocation(settings);
    await warnOfExposure({ stateFile: url === undefined ? file : undefined }, log);
    const intake = await openPushIntake({ ...settings, catalog, ...(pushBounds && { bounds: pushBounds }) });
    opened.push(intake);
    const runStarter = createRunStarter({ ...settings, runs: state.startedRuns });
    const sources = settings.sources ?? manageSources(await openSources());
    const sync = openSync({ ...settings, state, catalog });
    opened.push({ close: () => sync.service.stop() });
    const studio = openStudio({
      ...{ ...settings, ...settings.knowledge, state, catalog },
      variables: access,
    });
    opened.push(studio);
    const metrics = createMetrics(state);
    const { gate, login } = await openAccess({ settings: access, host, state, catalog, metrics, clock, log });
    const app = await createServer({
      version,
      log,
      clock,
      catalog,
      state,
      intake,
      sources,
      runLinks,
      publicUrl: settings.publicUrl,
      lookUpDocument: lookupFor(settings),
      openStore: storesToRead({ cwd, gcsEndpoint: settings.gcsEndpoint }),
      metrics,
      runStarter,
      sync,
      studio: studio.services,
      gate,
      login,
      trustedProxies: access.trustedProxies,
    });
    const listening = await listen(app, { host, port });
    return {
      address: listening.address,
      async stop() {
        await Promise.all([listening.stop(), runStarter.stop(), sync.service.stop()]);
        await closeAll();
      },
    };
  } catch (thrown) {
    await closeAll();
    throw thrown;
  }
}

function lookupFor({ databaseUrl, cwd, gcsEndpoint }: ServerSettings): DocumentLookup {
  // A person waits, and can look it up again.
  return openDocumentLookup({ databaseUrl, cwd, gcsEndpoint, retry: { retries: 0, backoffSeconds: 0 } });
}

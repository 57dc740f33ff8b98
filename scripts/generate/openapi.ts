/**
 * Makes website/static/openapi.json from the schemas of the server's routes, by asking a server.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../src/cli/environment/environment.ts';
import { systemClock } from '../../src/core/time/clock.ts';
import { silentLogger } from '../../src/core/log.ts';
import { openBridgeServer } from '../../src/server/open-bridge-server.ts';
import type { GeneratedPage } from './generated-page.ts';

const NO_SECRETS = {
  secret: () => undefined,
  similarSecret: () => undefined,
  managedKeys: () => undefined,
  hideSecret: () => undefined,
};

async function versionOfPackage(): Promise<string> {
  const manifest: unknown = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return hasVersion ? String(manifest.version) : '';
}

export async function openApi(): Promise<GeneratedPage[]> {
  const cwd = await mkdtemp(join(tmpdir(), 'openapi-'));
  const env = readEnvironment({});
  const server = await openBridgeServer({
    host: '127.0.0.1',
    port: 0,
    version: await versionOfPackage(),
    databaseUrl: undefined,
    connectorsDir: '.',
    policyFile: undefined,
    variablesForRun: () => ({}),
    auditRetentionDays: 400,
    previews: { reach: { allowedHosts: [], fileRoots: [] }, variables: () => ({}) },
    cwd,
    clock: systemClock,
    log: silentLogger,
    runLinks: {},
    knowledge: {
      embeddings: env.embeddings(),
      proxy: env.proxy,
      redactor: env.redactor,
      retry: env.retry(),
      ...NO_SECRETS,
    },
    access: { ...env.access(), ...NO_SECRETS, announceKey: () => undefined },
    sync: {
      ...env.syncEndpoint(),
      settings: env.telemetry(),
      retry: env.retry(),
      proxy: env.proxy,
      redactor: env.redactor,
      ...NO_SECRETS,
    },
  });
  try {
    const answer = await fetch(`${server.address}/openapi.json`);
    return [{ path: 'website/static/openapi.json', content: await answer.text() }];
  } finally {
    await server.stop();
    await rm(cwd, { recursive: true, force: true });
  }
}

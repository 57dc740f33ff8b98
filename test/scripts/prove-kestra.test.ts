import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { basicAuthorization, KestraApi } from '../../scripts/prove-kestra/kestra-api.ts';
import { proveKestra } from '../../scripts/prove-kestra/walk.ts';
import { startKestra, type KestraFaults, type KestraStandIn } from '../stand-ins/kestra/kestra-server.ts';
import { FLOWS_FOLDER } from '../support/kestra/flow.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SECRET = 'postgres://hr:p"w@db/hr';

let kestra: KestraStandIn | undefined;
afterEach(async () => {
  await kestra?.stop();
  kestra = undefined;
});

/** Walks against a stand-in. @returns the steps that were said */
async function walk(faults: KestraFaults = {}): Promise<string[]> {
  kestra = await startKestra(faults);
  const authorization = basicAuthorization('admin@example.com', 'Password1');
  const api = new KestraApi({ url: `${kestra.url}/`, tenant: 'main', authorization });
  const steps: string[] = [];
  const options = {
    flows: FLOWS_FOLDER,
    connector: 'hr-employees',
    secrets: { SECRET_HR_DB_CREDENTIALS: SECRET },
    executionSecondsMax: 0.05,
    pollSeconds: 0.01,
  };
  await proveKestra(api, options, (step) => steps.push(step));
  return [...new Set(steps)];
}

describe('prove-kestra', () => {
  test('completes every step on a server where everything works', async () => {
    expect(await walk()).toEqual([
      'validate',
      'deploy',
      'execute',
      'end',
      'outputs',
      'labels',
      'logs',
      'failure',
      'restart',
    ]);
    expect([...(kestra?.authorizations ?? [])]).toEqual([
      `Basic ${Buffer.from('admin@example.com:Password1').toString('base64')}`,
    ]);
    const deployed = kestra?.requests.filter((request) => request === 'POST /api/v1/main/flows');
    expect(deployed).toHaveLength(7);
  });

  test.each([
    [{ endState: 'WARNING' }, /ended with WARNING instead of SUCCESS/],
    [{ endState: 'RUNNING' }, /did not end within 0.05 s; it is RUNNING/],
    [{ withoutOutputs: true }, /has the outputs null/],
    [{ withoutLabels: true }, /finds 0 executions of run_definition instead of 1/],
    [{ logLine: `connecting to ${SECRET}` }, /contain the value of SECRET_HR_DB_CREDENTIALS/],
    [{ logLine: Buffer.from(SECRET).toString('base64') }, /contain the value of SECRET_HR_DB_CREDENTIALS/],
    [{ deafRestart: true }, /did not run the definition again/],
  ] as const)('stops at a server with %j', async (faults, message) => {
    await expect(walk(faults)).rejects.toThrow(message);
  });

  test('says which flow is not valid, and ends with 1, before it deploys anything', async () => {
    kestra = await startKestra({ invalidFlow: 'kb-rest' });
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const script = join(ROOT, 'scripts', 'prove-kestra.ts');
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      ['--import', tsx, script, kestra.url],
      {
        cwd: ROOT,
        reject: false,
        env: { SECRET_HR_DB_CREDENTIALS: SECRET },
      },
    );
    expect(stdout).toBe(
      `fail  ${join('connectors', 'kb-rest.yaml')} is not valid: Unrecognized field "lables"`,
    );
    expect(stderr).toBe('');
    expect(exitCode).toBe(1);
    expect(new Set(kestra.requests)).toEqual(new Set(['POST /api/v1/main/flows/validate']));
  });
});

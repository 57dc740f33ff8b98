import { execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { listAt, type JsonObject } from '../support/files/json.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { startHelm } from '../support/helm/helm.ts';
import {
  containerOf,
  EVERY_OPTION,
  INSTALLATION_MS,
  render,
  resourceNamed,
} from '../support/helm/rendered-chart.ts';

const folders = temporaryFolders();
let job: JsonObject;
let readinessTest: JsonObject;

beforeAll(async () => {
  const rendered = await render(await startHelm(), EVERY_OPTION);
  job = resourceNamed(rendered, 'CronJob', 'hr-employees');
  readinessTest = resourceNamed(rendered, 'Pod', 'bridge-gemini-sync-bridge-test');
}, INSTALLATION_MS);
afterAll(() => {
  folders.removeAll();
});

describe('the command of a job', () => {
  /** Starts the command of the rendered job with a program that does what `program` says. */
  function start(program: string, variables: Readonly<Record<string, string>> = {}) {
    const folder = folders.make();
    const fake = join(folder, 'gemini-sync-bridge');
    writeFileSync(fake, `#!/bin/sh\n${program}\n`);
    chmodSync(fake, 0o755);
    const [command, ...args] = listAt(containerOf(job), 'command').map(String);
    const message = join(folder, 'message');
    const child = spawn(command ?? '', [...args, 'run', '--connector', 'a b.yaml'], {
      cwd: folder,
      env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, TERMINATION_LOG: message, ...variables },
    });
    const ended = new Promise<{ code: number | null; message: string }>((resolve) => {
      child.on('close', (code) => {
        resolve({ code, message: textOf(message) });
      });
    });
    return { child, ended, folder };
  }

  function textOf(file: string): string {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  }

  test('succeeds with a message if deletes are held or rows are quarantined, and fails if the values say so', async () => {
    expect(await start('exit 3').ended).toEqual({
      code: 0,
      message: expect.stringMatching(/^HELD: deletes are held/),
    });
    expect(await start('exit 4').ended).toEqual({ code: 0, message: expect.stringMatching(/^PARTIAL: /) });
    expect((await start('exit 3', { FAIL_ON_HELD: 'true', FAIL_ON_PARTIAL: 'false' }).ended).code).toBe(3);
    expect((await start('exit 4', { FAIL_ON_HELD: 'false', FAIL_ON_PARTIAL: 'true' }).ended).code).toBe(4);
  });

  test('otherwise ends with the status of the program and no message, and passes on its arguments', async () => {
    const { ended, folder } = start('printf "%s\\n" "$@" >args; exit 75');
    expect(await ended).toEqual({ code: 75, message: '' });
    expect(textOf(join(folder, 'args'))).toBe('run\n--connector\na b.yaml\n');
    expect((await start('exit 0').ended).code).toBe(0);
  });

  test('passes SIGTERM on to the program, and waits for its end', async () => {
    const { child, ended, folder } = start(
      'trap "sleep 0.2; echo released >lease; exit 143" TERM; touch ready; while :; do sleep 0.05; done',
    );
    await eventually('the program is ready', () => existsSync(join(folder, 'ready')));
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
    expect(textOf(join(folder, 'lease'))).toBe('released\n');
  });
});

describe('the pod of helm test', () => {
  test('succeeds only if the server is ready', async () => {
    const container = containerOf(readinessTest);
    const [, ...options] = listAt(container, 'command').map(String);
    const args = [...options, ...listAt(container, 'args').map(String)];
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/readyz' ? 200 : 404).end('ready');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const check = (url: string) => promisify(execFile)(process.execPath, args, { env: { SERVER: url } });
    try {
      expect((await check(`http://127.0.0.1:${port}`)).stdout).toBe('200 ready\n');
      await expect(check(`http://127.0.0.1:${port}/other`)).rejects.toMatchObject({ code: 1 });
    } finally {
      server.close();
    }
  });
});

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parsedObject } from '../support/files/json.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { runHere } from '../support/processes/run-here.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'apps.md'), 'utf8');
/** The steps on the command line; the next ones need a server and Postgres. */
const TUTORIAL = PAGE.slice(PAGE.indexOf('## Tutorial'), PAGE.indexOf('### 6.'));
const PORT = '4020';
const KEY = 'letmein';
const STARTED_MS_MAX = 10_000;

const folders = temporaryFolders();
let cwd: string;
let port: string;
let api: ChildProcess | undefined;

function block(language: string): string {
  const [, text] = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'm').exec(TUTORIAL) ?? [];
  if (text === undefined) throw new Error(`The tutorial has no block of ${language}.`);
  return text.replaceAll(PORT, port);
}

beforeAll(async () => {
  port = await freePort();
  cwd = folders.make();
  mkdirSync(join(cwd, 'connectors'));
  writeFileSync(join(cwd, 'api.mjs'), block('js'));
  writeFileSync(join(cwd, 'connectors', 'shop.yaml'), block('yaml'));
  api = spawn(process.execPath, ['api.mjs'], { cwd, stdio: 'ignore' });
  await answers(Date.now() + STARTED_MS_MAX);
});
afterAll(() => {
  api?.kill();
  folders.removeAll();
});

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? String(address.port) : '';
}

async function answers(until: number): Promise<void> {
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/products`);
      return;
    } catch (thrown) {
      if (Date.now() > until) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Commands with the output that the page shows. */
function steps(): { readonly command: string; readonly output: string }[] {
  const consoles = [...TUTORIAL.matchAll(/^```console\n([^]*?)^```/gm)].map(([, text = '']) => text);
  return consoles.flatMap((text) =>
    text
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const [command = '', ...output] = step.trimEnd().split('\n');
        return { command, output: output.join('\n') };
      }),
  );
}

/** The output without what differs each time. */
const stable = (text: string) =>
  text
    .replaceAll(/\d+\.\d s$/gm, 'SECONDS')
    .replaceAll(/\d{8}T\d{6}Z-[\da-f]{8}/g, 'RUN')
    .trimEnd();

async function request(command: string): Promise<void> {
  const [, method = '', url = ''] = /-X (\w+) .*?(http:[^\s']+)/.exec(command) ?? [];
  const headers = { authorization: `Bearer ${KEY}` };
  expect((await fetch(url.replace(PORT, port), { method, headers })).status).toBe(200);
}

/** What does not differ from run to run in a result. */
function outcomeOf(json: string): unknown {
  const result = parsedObject(json);
  return { status: result?.['status'], counts: result?.['counts'] };
}

describe('the tutorial of apps', () => {
  test('shows what its commands print, from an empty folder to released deletes', async () => {
    const shown = steps();
    expect(shown.length).toBeGreaterThan(10);
    for (const { command, output } of shown) {
      const [program, ...args] = command.split(' ');
      if (program === 'curl') await request(command);
      if (program !== 'gemini-sync-bridge') continue;
      const { stdout } = await runHere(args, { cwd, env: { SECRET_SHOP_API_KEY: KEY } });
      const printed = args.includes('--json') ? outcomeOf : stable;
      expect([command, printed(stdout)]).toEqual([command, printed(output)]);
    }
  }, 60_000);
});

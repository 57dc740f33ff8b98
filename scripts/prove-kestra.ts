/**
 * Proves on a running Kestra server that the flows work: validates and deploys all of them, runs one connector as a dry run, and
 * checks its end, its outputs, its labels, its logs and a restart. Says what it did, and ends with 1 at the first wrong result.
 *
 *     KESTRA_USER=… KESTRA_PASSWORD=… SECRET_HR_DB_CREDENTIALS=… \
 *       node --import tsx scripts/prove-kestra.ts https://kestra.example.com --connector hr-employees
 *
 * The flows stay deployed, so their schedules start runs. The variables SECRET_* are the secrets that the server has: they are not
 * sent anywhere, but searched for in the logs.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { basicAuthorization, Disproof, KestraApi } from './prove-kestra/kestra-api.ts';
import { proveKestra } from './prove-kestra/walk.ts';

/** A dry run of a large table takes a while, and a worker may be busy. */
const EXECUTION_SECONDS_DEFAULT = 900;
const POLL_SECONDS = 1;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const STEP_WIDTH = 10;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    connector: { type: 'string', default: 'hr-employees' },
    flows: { type: 'string', default: 'kestra/flows' },
    tenant: { type: 'string', default: 'main' },
    'execution-seconds': { type: 'string', default: String(EXECUTION_SECONDS_DEFAULT) },
  },
});

function authorization(env: NodeJS.ProcessEnv): string | undefined {
  const { KESTRA_USER: user, KESTRA_PASSWORD: password, KESTRA_API_TOKEN: token } = env;
  if (token !== undefined && token !== '') return `Bearer ${token}`;
  return user === undefined || password === undefined ? undefined : basicAuthorization(user, password);
}

function secretsOf(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[0].startsWith('SECRET_') && entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

function usageProblem(
  url: string | undefined,
  secrets: Readonly<Record<string, string>>,
): string | undefined {
  if (url === undefined || !URL.canParse(url)) return 'The first argument is the URL of a Kestra server.';
  if (Object.keys(secrets).length > 0) return undefined;
  return 'Set the secrets of the connector as SECRET_… variables, because the logs are searched for them.';
}

const [url] = positionals;
const secrets = secretsOf(process.env);
const problem = usageProblem(url, secrets);
if (url === undefined || problem !== undefined) {
  process.stderr.write(`${problem ?? ''}\n`);
  process.exitCode = EXIT_USAGE;
} else {
  const api = new KestraApi({ url, tenant: values.tenant, authorization: authorization(process.env) });
  const options = {
    flows: values.flows,
    connector: values.connector,
    secrets,
    executionSecondsMax: Number(values['execution-seconds']),
    pollSeconds: POLL_SECONDS,
  };
  try {
    await proveKestra(api, options, (step, result) => {
      process.stdout.write(`ok    ${step.padEnd(STEP_WIDTH)}${result}\n`);
    });
    process.stdout.write('All steps gave the expected results.\n');
  } catch (thrown) {
    if (!(thrown instanceof Disproof)) throw thrown;
    process.stdout.write(`fail  ${thrown.message}\n`);
    process.exitCode = EXIT_FAILED;
  }
}

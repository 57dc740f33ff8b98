import { Buffer } from 'node:buffer';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { Disproof, type KestraApi } from './kestra-api.ts';

const GENERATED_NAMESPACE = 'gemini.sync.connectors';
const RUN_FLOW = 'run_definition';
const END_STATES: readonly string[] = ['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED'];
/** Shorter texts would be found in log lines by chance. */
const SECRET_CHARACTERS_MIN = 6;

export interface WalkOptions {
  /** The folder of the flows. */
  readonly flows: string;
  /** The connector to run, which has a generated flow. */
  readonly connector: string;
  /** Secrets that may be in no log line, by the names of their variables. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly executionSecondsMax: number;
  readonly pollSeconds: number;
}

interface FlowFile {
  readonly path: string;
  readonly namespace: string;
  readonly id: string;
  readonly yaml: string;
}

/**
 * Takes a flow through its whole life on a real server, step by step.
 * @param say called after each step with what was proven
 * @throws Disproof for the first result that is wrong
 */
export async function proveKestra(
  api: KestraApi,
  options: WalkOptions,
  say: (step: string, result: string) => void,
): Promise<void> {
  const files = await readFlows(options.flows);
  const own = files.find(
    ({ id, namespace }) => namespace === GENERATED_NAMESPACE && id === options.connector,
  );
  if (own === undefined) throw new Disproof(`${options.flows} has no generated flow ${options.connector}.`);

  await validate(api, files);
  say('validate', `${files.length} flows are valid: ${files.map(({ id }) => id).join(', ')}`);

  for (const file of files)
    say('deploy', `${file.id} was ${await api.deploy(file.namespace, file.id, file.yaml)}`);

  const id = await api.execute(GENERATED_NAMESPACE, own.id, { dry_run: 'true' });
  say('execute', `a dry run of ${own.id} was started: execution ${id}`);
  await requireState(api, id, 'SUCCESS', options);
  say('end', 'the execution ended with SUCCESS');

  const outputs = await outputsOf(api, id);
  say('outputs', `status ${outputs.status}, exit status ${outputs.exitStatus}`);

  const children = await childrenOf(api, id);
  if (children.length !== 1) {
    throw new Disproof(
      `The label run-id=${id} finds ${children.length} executions of ${RUN_FLOW} instead of 1.`,
    );
  }
  const labelled = await api.withLabel('definition', own.id);
  if (!labelled.some((execution) => execution['id'] === id)) {
    throw new Disproof(`The label definition=${own.id} does not find the execution ${id}.`);
  }
  say('labels', `run-id and definition find the run, and ${String(children[0])} as its child`);

  const lines = await requireNoSecret(api, [id, ...children], options.secrets);
  say('logs', `${lines} characters of log contain none of ${Object.keys(options.secrets).length} secrets`);

  await restart(api, own.id, options, say);
}

async function readFlows(folder: string): Promise<readonly FlowFile[]> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.yaml')).sort();
  const files = await Promise.all(
    paths.map(async (path): Promise<FlowFile> => {
      const yaml = await readFile(join(folder, path), 'utf8');
      const flow = Object(parse(yaml)) as Readonly<Record<string, unknown>>;
      return { path, yaml, id: String(flow['id']), namespace: String(flow['namespace']) };
    }),
  );
  // A flow that calls another one is deployed after it.
  const isGenerated = ({ namespace }: FlowFile): number => Number(namespace === GENERATED_NAMESPACE);
  return files.toSorted((one, other) => isGenerated(one) - isGenerated(other));
}

async function validate(api: KestraApi, files: readonly FlowFile[]): Promise<void> {
  for (const { path, yaml } of files) {
    const constraints = await api.constraints(yaml);
    if (constraints !== null) throw new Disproof(`${path} is not valid: ${constraints}`);
  }
}

async function endStateOf(
  api: KestraApi,
  id: string,
  { executionSecondsMax, pollSeconds }: WalkOptions,
): Promise<string> {
  const deadline = Date.now() + executionSecondsMax * 1_000;
  for (;;) {
    const { state } = await api.execution(id);
    const { current } = Object(state) as { readonly current: string };
    if (END_STATES.includes(current)) return current;
    if (Date.now() > deadline) {
      throw new Disproof(
        `The execution ${id} did not end within ${executionSecondsMax} s; it is ${current}.`,
      );
    }
    await sleep(pollSeconds * 1_000);
  }
}

async function requireState(api: KestraApi, id: string, wanted: string, options: WalkOptions): Promise<void> {
  const state = await endStateOf(api, id, options);
  if (state === wanted) return;
  throw new Disproof(`The execution ${id} ended with ${state} instead of ${wanted}. Its log has the reason.`);
}

async function outputsOf(api: KestraApi, id: string): Promise<{ status: string; exitStatus: string }> {
  const { outputs } = await api.execution(id);
  const { status, exit_status: exitStatus } = Object(outputs) as Readonly<Record<string, unknown>>;
  if (typeof status === 'string' && exitStatus === '0') return { status, exitStatus };
  throw new Disproof(
    `The execution ${id} has the outputs ${JSON.stringify(outputs)}; status and exit_status "0" were expected.`,
  );
}

/** The ids of the executions of the reusable flow that have this run id. */
async function childrenOf(api: KestraApi, runId: string): Promise<readonly string[]> {
  const found = await api.withLabel('run-id', runId);
  return found.flatMap(({ id, flowId }) => (flowId === RUN_FLOW ? [String(id)] : []));
}

/** @returns the number of characters that were searched */
async function requireNoSecret(
  api: KestraApi,
  ids: readonly string[],
  secrets: Readonly<Record<string, string>>,
): Promise<number> {
  const logs = (await Promise.all(ids.map((id) => api.logs(id)))).join('\n');
  for (const [variable, value] of Object.entries(secrets)) {
    if (value.length < SECRET_CHARACTERS_MIN) continue;
    const inJson = JSON.stringify(value).slice(1, -1);
    const forms = [value, inJson, Buffer.from(value).toString('base64')];
    if (forms.some((form) => logs.includes(form))) {
      throw new Disproof(`The logs of ${ids.join(' and ')} contain the value of ${variable}.`);
    }
  }
  return logs.length;
}

/** A restart of a failed execution has to run the definition again. Two inputs that exclude each other make it fail. */
async function restart(
  api: KestraApi,
  flow: string,
  options: WalkOptions,
  say: (step: string, result: string) => void,
): Promise<void> {
  const inputs = { dry_run: 'true', resend: 'true', reconcile_full: 'true' };
  const id = await api.execute(GENERATED_NAMESPACE, flow, inputs);
  await requireState(api, id, 'FAILED', options);
  say('failure', `inputs that exclude each other ended execution ${id} with FAILED`);
  await api.restart(id);
  const deadline = Date.now() + options.executionSecondsMax * 1_000;
  while ((await childrenOf(api, id)).length < 2) {
    if (Date.now() > deadline) throw new Disproof(`The restart of ${id} did not run the definition again.`);
    await sleep(options.pollSeconds * 1_000);
  }
  await requireState(api, id, 'FAILED', options);
  say('restart', 'a restart ran the definition again, under the same run id');
}

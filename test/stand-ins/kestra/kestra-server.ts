import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'yaml';

/** What the stand-in does differently from a server on which everything works. */
export interface KestraFaults {
  /** Validation reports a constraint for flows with this id. */
  readonly invalidFlow?: string;
  /** Executions end with this state. */
  readonly endState?: string;
  /** A log line of every execution. */
  readonly logLine?: string;
  /** Executions have no outputs, as those that `Exit` ends. */
  readonly withoutOutputs?: true;
  /** Children get no labels. */
  readonly withoutLabels?: true;
  /** A restart starts no child. */
  readonly deafRestart?: true;
}

interface Execution {
  readonly id: string;
  readonly namespace: string;
  readonly flowId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: { readonly current: string };
  readonly outputs: Readonly<Record<string, string>> | null;
}

export interface KestraStandIn {
  readonly url: string;
  /** `METHOD path` of each request, in order. */
  readonly requests: readonly string[];
  readonly authorizations: ReadonlySet<string | undefined>;
  stop(): Promise<void>;
}

/** The endpoints of Kestra 2 that the proof uses. Executions end at once; the one with inputs that exclude each other fails. */
export async function startKestra(faults: KestraFaults = {}): Promise<KestraStandIn> {
  const requests: string[] = [];
  const authorizations = new Set<string | undefined>();
  const flows = new Set<string>();
  const executions: Execution[] = [];

  const addChild = (parent: string): void => {
    executions.push({
      id: `child-${executions.length}`,
      namespace: 'gemini.sync',
      flowId: 'run_definition',
      labels: faults.withoutLabels === true ? {} : { 'run-id': parent },
      state: { current: 'SUCCESS' },
      outputs: null,
    });
  };

  const execute = (flow: string, form: string): Execution => {
    const fails = form.includes('"resend"') && form.includes('"reconcile_full"');
    const execution = {
      id: `execution-${executions.length}`,
      namespace: 'gemini.sync.connectors',
      flowId: flow,
      labels: { definition: flow },
      state: { current: fails ? 'FAILED' : (faults.endState ?? 'SUCCESS') },
      outputs: faults.withoutOutputs === true ? null : { status: 'DRY_RUN', exit_status: '0' },
    };
    executions.push(execution);
    addChild(execution.id);
    return execution;
  };

  const deploy = (yaml: string): number => {
    const { id } = Object(parse(yaml)) as { readonly id: string };
    if (flows.has(id)) return 422;
    flows.add(id);
    return 200;
  };

  const answer = (method: string, url: URL, body: string): readonly [number, unknown] => {
    const path = url.pathname.replace(/^\/api\/v1\/main/, '');
    const [, first, second = '', third = '', fourth] = path.split('/');
    if (path === '/flows/validate') {
      const { id } = Object(parse(body)) as { readonly id: string };
      return [200, [{ constraints: id === faults.invalidFlow ? 'Unrecognized field "lables"' : null }]];
    }
    if (path === '/flows' && method === 'POST') return [deploy(body), {}];
    if (first === 'flows' && method === 'PUT') return [200, {}];
    if (path === '/executions/search') {
      const [[name, value] = ['', '']] = [...url.searchParams];
      const label = /\[EQUALS\]\[(.+)\]$/.exec(name)?.[1] ?? '';
      return [200, { results: executions.filter(({ labels }) => labels[label] === value) }];
    }
    if (first === 'logs') return [200, [{ message: faults.logLine ?? `log of ${second}` }]];
    if (third === 'actions' && fourth === 'restart') {
      if (faults.deafRestart !== true) addChild(second);
      return [200, {}];
    }
    if (first === 'executions' && method === 'POST') return [200, execute(third, body)];
    const execution = executions.find(({ id }) => id === second);
    return execution === undefined ? [404, { message: 'not found' }] : [200, execution];
  };

  const server = createServer((request, response) => {
    void respond(request, response, (body) => {
      const url = new URL(request.url ?? '/', 'http://kestra');
      requests.push(`${request.method ?? ''} ${url.pathname}`);
      authorizations.add(request.headers.authorization);
      return answer(request.method ?? '', url, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, authorizations, stop: () => closed(server) };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (body: string) => readonly [number, unknown],
): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  const [status, body] = answer(Buffer.concat(chunks).toString('utf8'));
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(body));
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
  });
}

import { startServer, type ReceivedRequest, type Reply } from '../../support/http/http-server.ts';
import { messageProblem, type TeamsMessage } from './message-rules.ts';

/** The webhook of a Teams workflow: knows its own address, takes Adaptive Cards only, and is told when to fail. */
export interface TeamsStandIn {
  /** Where to post; it has a signature in it. */
  readonly webhookUrl: string;
  /** What reached the channel, in this order. */
  readonly messages: TeamsMessage[];
  readonly received: ReceivedRequest[];
  /** What was wrong with the messages that were refused. */
  readonly refusals: string[];
  /** Answers the next requests in place of the workflow; undefined lets one through. */
  readonly faults: (Reply | undefined)[];
  /** Every request from now on, when there is none in `faults`. */
  fault: Reply | undefined;
  close(): Promise<void>;
}

const PATH =
  '/powerautomate/automations/direct/workflows/0f3c6a52b7d94e1f8a2b5c7d9e1f3a5b/triggers/manual/paths/invoke';
const MESSAGE_BYTES_MAX = 28 * 1_024;

export async function startTeams(signature = 'stand-in-signature-1234567890'): Promise<TeamsStandIn> {
  const messages: TeamsMessage[] = [];
  const refusals: string[] = [];
  const faults: (Reply | undefined)[] = [];
  const query = `?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${signature}`;
  const server = await startServer((response, request) => {
    const fault = faults.shift() ?? standIn.fault;
    if (fault !== undefined) {
      fault(response, request);
      return;
    }
    const problem = requestProblem(request);
    response.writeHead(problem === undefined ? 202 : problem.status);
    // Power Automate repeats the address in some of its errors.
    response.end(
      problem === undefined ? '' : JSON.stringify({ error: { message: `${problem.what} ${request.url}` } }),
    );
    if (problem === undefined) messages.push(JSON.parse(request.body) as TeamsMessage);
    else refusals.push(problem.what);
  });
  function requestProblem(request: ReceivedRequest): { status: number; what: string } | undefined {
    if (request.url !== `${PATH}${query}`) return { status: 401, what: 'The signature does not fit.' };
    if (request.method !== 'POST') return { status: 405, what: 'It is no POST.' };
    if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
      return { status: 415, what: 'It is no JSON by its header.' };
    if (Buffer.byteLength(request.body) > MESSAGE_BYTES_MAX) return { status: 413, what: 'It is too large.' };
    const what = messageProblem(request.body);
    return what === undefined ? undefined : { status: 400, what };
  }
  const standIn: TeamsStandIn = {
    webhookUrl: `${server.url}${PATH}${query}`,
    messages,
    refusals,
    received: server.received,
    faults,
    fault: undefined,
    close: () => server.close(),
  };
  return standIn;
}

import { Buffer } from 'node:buffer';

/** One request may take this long; Kestra answers within a second, except while it starts. */
const REQUEST_SECONDS_MAX = 30;
/** Characters of a response that a failure quotes. */
const QUOTED_CHARACTERS_MAX = 400;

export interface KestraAccess {
  /** The address of the server, such as `https://kestra.example.com`. */
  readonly url: string;
  readonly tenant: string;
  /** The header `Authorization`; undefined for a server without a login. */
  readonly authorization: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** A result that differs from what it should be. Its message is all that the user sees. */
export class Disproof extends Error {
  override readonly name = 'Disproof';
}

export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** The part of Kestra's HTTP API that the walk needs. Every method throws a Disproof for an unexpected response. */
export class KestraApi {
  readonly #base: string;
  readonly #authorization: string | undefined;

  constructor({ url, tenant, authorization }: KestraAccess) {
    this.#base = `${url.replace(/\/+$/, '')}/api/v1/${tenant}`;
    this.#authorization = authorization;
  }

  /** The violated constraints of one flow; null if it is valid. Kestra answers 200 in both cases. */
  async constraints(yaml: string): Promise<string | null> {
    const response = await this.#send('POST', '/flows/validate', yaml);
    const [result] = await jsonArray(response);
    if (!isFields(result) || !('constraints' in result)) {
      throw new Disproof('The response to flows/validate has no constraints. Is this a Kestra server?');
    }
    const { constraints } = result;
    if (constraints === null) return null;
    return typeof constraints === 'string' ? constraints : JSON.stringify(constraints);
  }

  /** Creates the flow, or updates the one that exists. */
  async deploy(namespace: string, id: string, yaml: string): Promise<'created' | 'updated'> {
    const created = await this.#send('POST', '/flows', yaml, [200, 409, 422]);
    if (created.status === 200) return 'created';
    await this.#send('PUT', `/flows/${namespace}/${id}`, yaml);
    return 'updated';
  }

  /** Starts an execution. @returns its id */
  async execute(namespace: string, flow: string, inputs: Readonly<Record<string, string>>): Promise<string> {
    const form = new FormData();
    for (const [name, value] of Object.entries(inputs)) form.set(name, value);
    const response = await this.#send('POST', `/executions/${namespace}/${flow}`, form);
    const { id } = await jsonObject(response);
    if (typeof id !== 'string') throw new Disproof('The response to an execution has no id.');
    return id;
  }

  async execution(id: string): Promise<Fields> {
    return jsonObject(await this.#send('GET', `/executions/${id}`));
  }

  async restart(id: string): Promise<void> {
    await this.#send('POST', `/executions/${id}/actions/restart`);
  }

  /** All log lines of an execution, as the text of the response. */
  async logs(id: string): Promise<string> {
    return (await this.#send('GET', `/logs/${id}`)).text();
  }

  /** The executions with this label. */
  async withLabel(label: string, value: string): Promise<readonly Fields[]> {
    const filter = `filters[labels][EQUALS][${label}]`;
    const query = new URLSearchParams([
      [filter, value],
      ['size', '100'],
    ]);
    const { results } = await jsonObject(await this.#send('GET', `/executions/search?${query.toString()}`));
    if (!Array.isArray(results)) throw new Disproof('The response to executions/search has no results.');
    return results.filter(isFields);
  }

  async #send(
    method: string,
    path: string,
    body?: string | FormData,
    accepted: readonly number[] = [200],
  ): Promise<Response> {
    const headers = new Headers();
    if (this.#authorization !== undefined) headers.set('authorization', this.#authorization);
    if (typeof body === 'string') headers.set('content-type', 'application/x-yaml');
    const signal = AbortSignal.timeout(REQUEST_SECONDS_MAX * 1_000);
    // A redirect could take the password to another server.
    const request = {
      method,
      headers,
      signal,
      redirect: 'manual' as const,
      ...(body === undefined ? {} : { body }),
    };
    const response = await fetch(`${this.#base}${path}`, request).catch((thrown: unknown) => {
      throw new Disproof(`${method} ${path} failed: ${reasonOf(thrown)}.`);
    });
    if (accepted.includes(response.status)) return response;
    const text = (await response.text()).slice(0, QUOTED_CHARACTERS_MAX);
    throw new Disproof(`${method} ${path} was answered with ${response.status}: ${text}`);
  }
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error && thrown.cause.message !== '' ? thrown.cause.message : thrown.message;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

async function json(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Disproof(`The response is not JSON: ${text.slice(0, QUOTED_CHARACTERS_MAX)}`);
  }
}

async function jsonObject(response: Response): Promise<Fields> {
  const value = await json(response);
  if (isFields(value)) return value;
  throw new Disproof('The response is not a JSON object.');
}

async function jsonArray(response: Response): Promise<readonly unknown[]> {
  const value = await json(response);
  if (isList(value)) return value;
  throw new Disproof('The response is not a JSON array.');
}

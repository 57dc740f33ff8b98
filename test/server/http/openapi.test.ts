import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startBridgeServer } from '../../support/server/bridge-server.ts';

interface Operation {
  readonly description?: string;
  readonly security?: readonly unknown[];
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly headers?: Readonly<Record<string, unknown>> }>
  >;
}

describe('the OpenAPI document', () => {
  let server: Awaited<ReturnType<typeof startBridgeServer>>;
  let operations: readonly (readonly [string, Operation])[];
  const operation = (name: string) => operations.find(([is]) => is === name)?.[1];

  beforeAll(async () => {
    server = await startBridgeServer();
    const { paths } = (await (await server.request('/openapi.json')).json()) as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    };
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, found]) => [`${method} ${path}`, found] as const),
    );
  });
  afterAll(() => server.stop());

  test('asks for a key but where none is needed, and says which right it must have', () => {
    const open = operations.filter(([, { security }]) => security?.length === 0).map(([name]) => name);
    expect(open.sort()).toEqual(['get /healthz', 'get /readyz']);
    const silent = operations.filter(
      ([name, { description = '' }]) =>
        !open.includes(name) && !/Needs the right to (read|author|operate|push|administer)/.test(description),
    );
    expect(silent).toEqual([]);
  });

  test('has the headers that a client must read', () => {
    for (const [, { responses }] of operations) {
      for (const status of ['429', '503']) expect(responses[status]?.headers).toHaveProperty('Retry-After');
    }
    const stored = operation('post /v1/connectors/{connector_id}/events')?.responses['202'];
    expect(stored?.headers).toHaveProperty('Idempotency-Replayed');
  });

  test('says of each answer what it means', () => {
    const silent = operations.flatMap(([name, { responses }]) =>
      Object.entries(responses)
        .filter(([, { description }]) => description === 'Default Response')
        .map(([status]) => `${name} ${status}`),
    );
    expect(silent).toEqual([]);
  });
});

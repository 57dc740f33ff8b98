import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { startBridgeServer } from '../support/server/bridge-server.ts';
import type { OpenApiDocument } from '../support/server/openapi.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
}

/** What is put in the place of every value: the right kind rarely, odd kinds mostly. */
const odd = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.integer().map(String),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e99',
    'null',
    '..',
    '../../etc/passwd',
    '%00',
    "' or 1=1 --",
    '<script>',
    'SUCCESS',
  ),
  fc.string({ minLength: 300, maxLength: 400 }),
);

const bodies = fc.oneof(
  fc.jsonValue().map((value) => ({ type: 'application/json', body: JSON.stringify(value) })),
  fc.array(fc.jsonValue(), { maxLength: 5 }).map((values) => ({
    type: 'application/x-ndjson',
    body: values.map((value) => JSON.stringify(value)).join('\n'),
  })),
  fc.string({ unit: 'binary' }).map((body) => ({ type: 'application/json', body })),
  fc.string().map((body) => ({ type: 'text/plain', body })),
  fc.dictionary(fc.string(), fc.string()).map((form) => ({
    type: 'application/x-www-form-urlencoded',
    body: new URLSearchParams(form).toString(),
  })),
);

const SEED = new URL('../definitions/connector/seeds/support-push-full.yaml', import.meta.url);

function requestTo(template: string, parameters: readonly Parameter[]) {
  // A run that is started here would be a process for nothing.
  const name = odd.filter(isKeptInPath);
  const place = template.endsWith('/run-now') ? name : fc.oneof(name, fc.constant('support-push'));
  const named = (place: string) => parameters.filter((one) => one.in === place).map(({ name }) => name);
  const values = (names: readonly string[], value: fc.Arbitrary<string> = odd) =>
    fc.record(Object.fromEntries(names.map((name) => [name, value])));
  return fc
    .record({
      path: values(named('path'), place),
      query: fc.oneof(fc.constant({}), values(named('query')), fc.dictionary(fc.string(), fc.string())),
      key: fc.option(fc.stringMatching(/^[!-~]{1,40}$/), { nil: undefined }),
      content: bodies,
    })
    .map(({ path, query, key, content }) => {
      const filled = Object.entries(path).reduce(
        (text, [name, value]) => text.replace(`{${name}}`, () => encodeURIComponent(value)),
        template,
      );
      const search = new URLSearchParams(
        Object.entries(query).map(([name, value]) => [name, value]),
      ).toString();
      return { path: search === '' ? filled : `${filled}?${search}`, key, content };
    });
}

/** A client resolves the others itself, and requests another path. */
function isKeptInPath(name: string): boolean {
  return name !== '.' && name !== '..';
}

const folders = temporaryFolders();

describe('no request whatever', () => {
  let server: Awaited<ReturnType<typeof startBridgeServer>>;
  let document: OpenApiDocument;

  beforeAll(async () => {
    // Before the server starts: it checks the folder at its start, and again a second later at the earliest.
    const cwd = folders.make();
    mkdirSync(join(cwd, 'connectors'));
    copyFileSync(SEED, join(cwd, 'connectors', 'support-push.yaml'));
    server = await startBridgeServer({ cwd });
    document = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApiDocument;
  });

  afterAll(async () => {
    await server.stop();
    folders.removeAll();
  });

  test('makes a route fail, or answer what it never declared', async () => {
    for (const [template, operations] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const { parameters = [] } = operation as { parameters?: readonly Parameter[] };
        await fc.assert(
          fc.asyncProperty(requestTo(template, parameters), async ({ path, key, content }) => {
            const hasBody = method !== 'get' && method !== 'head';
            const answer = await server.request(path, {
              method: method.toUpperCase(),
              headers: {
                ...(hasBody && { 'content-type': content.type }),
                ...(key !== undefined && { 'idempotency-key': key }),
              },
              ...(hasBody && { body: content.body }),
            });
            expect(answer.status).toBeLessThan(500);
          }),
          { numRuns: 40 },
        );
      }
    }
  });
});

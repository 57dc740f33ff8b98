import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { main } from '../../../src/cli/main.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import { writeFileConnector } from '../../support/files/file-connector.ts';
import { writeOldFile } from '../../support/files/file-source.ts';
import { startHttp, type LocalServer } from '../../support/http/local-server.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

/** A colour as ours, hidden text, a title with a bell, C1, direction, no width, separators and a mark, on one line. */
const ON_LINE = '\u001B[31m\u001B[8m\u001B]0;pwn\u0007\u009B2J\u202E\u2066\u200B\uFEFF\u061C\u2028\u007F';
/** The same, and a line that looks like one of the program. */
const HOSTILE = `x${ON_LINE}\r\nFORGED`;
// eslint-disable-next-line no-control-regex -- escape sequences are what it takes away
const OWN_SEQUENCES = /\r\u001B\[2K|\u001B\[(?:0|1|2|31|32|33|36)m/g;
const CLEARED_LINES = '\r\u001B[2K';
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

let server: LocalServer;
let cwd = '';
let broken = '';
const folders = temporaryFolders();

beforeAll(async () => {
  server = await startHttp((_, response) => {
    response.statusCode = 400;
    response.end(`{"message":"${HOSTILE.replaceAll('\r\n', '\\r\\n')}"} ${HOSTILE}`);
  });
  cwd = folders.make();
  writeFileConnector(cwd);
  // Old enough to be read, with hostile names, headers and rows.
  writeOldFile(
    join(cwd, 'exports'),
    'a.csv',
    `id,name,team,"${HOSTILE}"\n1,"${HOSTILE}",x,y\n,"${HOSTILE}",x,y\n`,
  );
  broken = folders.make();
  writeFileConnector(broken);
  writeOldFile(join(broken, 'exports'), `${HOSTILE}.csv`, 'id,name,team\n1,"Ada\n');
  mkdirSync(join(cwd, 'several'));
  writeFileSync(
    join(cwd, 'several', `${HOSTILE}.yaml`),
    `kind: Connector\n"${escapedYaml()}": "${escapedYaml()}"\n`,
  );
  writeFileSync(join(cwd, 'several', 'b.yaml'), `a: b\n\u202E: ${ON_LINE}\n`);
  derived('no-column.yaml', (text) => text.replace('"team', '"nobody'), 'nobody');
  derived('hostile.yaml', (text) => text.replace('{{ team }}', escapedJson()));
  derived('rest.yaml', () => JSON.stringify(restConnector()));
  await runOn(cwd, ['run', '--connector', 'staff.yaml', '--local']);
  const database = await openDatabase({ file: join(cwd, STATE_FILE) });
  await database.knex('access_keys').insert({
    id: 'abcdefabcdef',
    hash: 'x',
    name: HOSTILE,
    rights: 'read',
    connector_id: null,
    created_at: '2026-01-01T00:00:00.000Z',
  });
  await database.close();
});
afterAll(async () => {
  await server.close();
  folders.removeAll();
});

function escapedJson(): string {
  return JSON.stringify(HOSTILE).slice(1, -1);
}

function escapedYaml(): string {
  return HOSTILE.replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function derived(name: string, change: (text: string) => string, idField = 'id'): void {
  const text = change(readFileSync(join(cwd, 'staff.yaml'), 'utf8')).replace(
    '"idField":"id"',
    `"idField":"${idField}"`,
  );
  writeFileSync(join(cwd, name), text.replace('"name":"staff"', `"name":"${name.replace('.yaml', '')}"`));
}

function url(): string {
  return `${server.origin}/`;
}

function restConnector() {
  const staff = JSON.parse(readFileSync(join(cwd, 'staff.yaml'), 'utf8')) as { spec: object };
  return {
    ...staff,
    spec: { ...staff.spec, mode: 'rest_pull', source: { type: 'http', url: url() } },
  };
}

async function runOn(
  place: string,
  args: readonly string[],
  {
    isTTY = false,
    env = {},
  }: { readonly isTTY?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
) {
  let output = '';
  const stream = { write: (text: string) => (output += text), isTTY, columns: 100 };
  const status = await main(args, {
    stdout: stream,
    stderr: stream,
    cwd: place,
    variables: {
      CONNECTORS_DIR: 'several',
      // Answers in the place of Google, with hostile words too.
      DISCOVERY_ENGINE_ENDPOINT: url(),
      GCS_ENDPOINT: url(),
      MAX_RETRIES: '0',
      ...env,
    },
    keepHeapSmall: () => undefined,
  });
  return { status, output };
}

const RUN = ['run', '--local', '--connector'];
const CASES: readonly (readonly [name: string, args: readonly string[], folder?: () => string])[] = [
  ['a row and a header of a CSV file', [...RUN, 'staff.yaml', '--full']],
  ['a sample of a dry run', [...RUN, 'staff.yaml', '--full', '--dry-run']],
  ['a header where a column is missing', [...RUN, 'no-column.yaml']],
  ['the name of a file that cannot be read', [...RUN, 'staff.yaml'], () => broken],
  ['a file name for doctor', ['doctor', '--connector', 'staff.yaml'], () => broken],
  ['a file name for check-drift', ['check-drift', '--live', '--connectors', '.'], () => broken],
  ['the words of an API', [...RUN, 'rest.yaml']],
  ['the words of an API for doctor', ['doctor', '--connector', 'rest.yaml']],
  ['names and keys of connectors for validate', ['validate']],
  ['a template for validate', ['validate', 'hostile.yaml']],
  ['names and keys of connectors for check-drift', ['check-drift', '--connectors', 'several']],
  ['a connector that does not load', [...RUN, `several/${HOSTILE}.yaml`]],
  ['a connector that is missing', [...RUN, `${HOSTILE}.yml`]],
  ['a document', ['explain', '--local', '--connector', 'staff.yaml', '--doc', 'staff:1']],
  ['a document that is missing', ['explain', '--connector', 'staff.yaml', '--doc', `staff:${HOSTILE}`]],
  ['the name of a key', ['keys', 'list']],
  ['a key to revoke', ['keys', 'revoke', HOSTILE]],
  ['a command', [ON_LINE]],
  ['an option', ['run', `--${ON_LINE}`]],
  ['a format', ['validate', '--format', ON_LINE]],
];

describe.each([
  ['a terminal', { isTTY: true }],
  ['a terminal without colours', { isTTY: true, env: { NO_COLOR: '1' } }],
  ['a file, in the format for people', { env: { LOG_FORMAT: 'pretty', LOG_LEVEL: 'debug' } }],
  ['a log collector', { env: { LOG_FORMAT: 'json', LOG_LEVEL: 'debug' } }],
  ['Kestra', { env: { LOG_FORMAT: 'kestra' } }],
])('what reaches %s', (_, surroundings) => {
  test.each(CASES)('of %s is seen as it is', async (_, args, folder = () => cwd) => {
    const { output } = await runOn(folder(), args, surroundings);
    expect(output).not.toBe('');
    const coloured = 'isTTY' in surroundings && !('env' in surroundings);
    const rest = output.replaceAll(coloured ? OWN_SEQUENCES : CLEARED_LINES, '');
    expect(rest.replaceAll('\n', '')).not.toMatch(UNSEEN);
    expect(rest.split('\n').filter((line) => line.startsWith('FORGED'))).toEqual([]);
  });
});

test.each(['github', 'json'])('validate --format %s lets nothing pass', async (format) => {
  const { output } = await runOn(cwd, ['validate', '--format', format]);
  expect(output.replaceAll('\n', '')).not.toMatch(UNSEEN);
  expect(output).toContain('FORGED');
});

test('the variables of the environment are shown as they are', async () => {
  const { output } = await runOn(cwd, ['migrate'], { env: { LOG_LEVEL: HOSTILE } });
  expect(output.replaceAll('\n', '')).not.toMatch(UNSEEN);
});

test('a text that wears the colours of the program on a terminal does not get them', async () => {
  const { output } = await runOn(broken, [...RUN, 'staff.yaml'], { isTTY: true });
  expect(output).toContain(String.raw`\u001b[31m`);
  expect(output).not.toContain('\u001B[31m\\');
});

describe('validate', () => {
  test.each([
    ['a text', 'root:x:0:0:root:/root:/bin/bash\n', 'is a string'],
    ['a list', '- topsecret\n', 'is a list'],
    ['a number', '4711\n', 'is a number'],
    ['a boolean', 'true\n', 'is a boolean'],
    ['a text in quotes', '"topsecret: x"\n', 'is a string'],
  ])('does not repeat a file that is %s', async (_, content, kind) => {
    const place = folders.make();
    writeFileSync(join(place, 'foreign'), content);
    for (const format of ['text', 'json', 'github']) {
      const { output, status } = await runOn(place, ['validate', 'foreign', '--format', format]);
      expect(status).toBe(78);
      expect(output).toContain(`The file ${kind}; it must be a mapping.`);
      expect(output).not.toContain(content.trim().replace(/^- /, '').replaceAll('"', ''));
    }
  });
});

import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { docsDrift } from '../../../scripts/drift/docs-drift.ts';
import type { Facts } from '../../../scripts/drift/facts.ts';
import { documentedProgram } from '../../../src/cli/help/documented-program.ts';
import { silentProgram } from '../../../scripts/generate/silent-program.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
let root: string;
beforeEach(() => {
  root = folders.make();
  mkdirSync(join(root, 'docs'));
});
afterAll(() => {
  folders.removeAll();
});

/** A small program that is documented by PAGE. */
function facts(changes: Partial<Facts> = {}): Facts {
  return {
    program: documentedProgram('gemini-sync-bridge', silentProgram),
    commands: ['run', 'keys', 'keys create'],
    flags: new Map([['--format', ['text', 'json']]]),
    variables: new Set(['LOG_FORMAT']),
    errorCodes: ['RUN_ID_TAKEN'],
    constants: new Set(['ROWS_MAX', 'RUN_ID_TAKEN']),
    exitStatuses: [0, 75],
    routes: [{ method: 'GET', path: '/ops/runs/{}' }],
    tables: new Map([['kb_docs', ['id', 'title']]]),
    npmScripts: ['check'],
    hasFile: (path) => existsSync(join(root, path)),
    ...changes,
  };
}

const PAGE = [
  '## `run`',
  '## `keys`',
  '## `keys create`',
  '`run --local`, `keys create`, `--format json` and `LOG_FORMAT=json`; `RUN_ID_TAKEN` ends with exit status 75.',
  '`GET /ops/runs/{run_id}` reads at most `ROWS_MAX`; `npm run check` and [this page](a.md#run).',
  '',
  '| table     | columns                 |',
  '| --------- | ----------------------- |',
  '| `kb_docs` | `id`, `title` (`other`) |',
  '',
  '| status | meaning |',
  '| 0 | done |',
  '| 75 | later |',
  '',
];

async function drift(lines: readonly string[], changes: Partial<Facts> = {}): Promise<string[]> {
  writeFileSync(join(root, 'docs', 'a.md'), [...PAGE, ...lines].join('\n'));
  const found = await docsDrift(root, facts(changes));
  return found.map(({ place, message }) => {
    const line = (place?.line ?? 0) - PAGE.length;
    return `${place?.file === 'docs/a.md' ? line : place?.file} ${message}`;
  });
}

describe('docsDrift', () => {
  test('finds nothing in a page that names only existing things', async () => {
    expect(await drift(['`--format <format>`, `SECRET_X_Y`, `PGUSER` and `NODE_OPTIONS`.'])).toEqual([]);
  });

  test('finds a flag, a value, a command and a command line that do not exist', async () => {
    const lines = [
      '`--gone` `--format yaml`',
      '`run --gone` `keys gone`',
      '`gemini-sync-bridge serve --gone`',
    ];
    expect(await drift(lines)).toEqual([
      "3 The program refuses `gemini-sync-bridge serve --gone`: Unknown option '--gone'.",
      '1 No command has the option `--gone`.',
      '1 `--format` does not take `yaml`; it takes text, json.',
      "2 `run --gone`: Unknown option '--gone'.",
      "2 `keys gone`: Unknown command 'gone'.",
    ]);
  });

  test('finds a variable, an exit status, a route, an npm script, a file and a link that do not exist', async () => {
    const lines = [
      '`LOG_COLOUR`, exit status 74,',
      '`POST /ops/runs/{run_id}` and `/ops/gone`.',
      '```sh',
      'npm run -s gone && node scripts/gone.ts',
      '```',
      'See [b](b.md) and `src/gone/`.',
    ];
    expect((await drift(lines)).toSorted()).toEqual([
      '1 No command ends with exit status 74.',
      '1 `LOG_COLOUR` is not a variable, a code or a limit of this program.',
      '2 The server has no route `/ops/gone`.',
      '2 The server has no route `POST /ops/runs/{run_id}`.',
      '4 The file scripts/gone.ts does not exist.',
      '4 package.json has no script `gone`.',
      '6 The file src/gone/ does not exist.',
      '6 The link b.md leads to docs/b.md, which does not exist.',
    ]);
  });

  test('finds a table and a column that a migration removed', async () => {
    const lines = ['The tables `kb_docs` and `kb_gone`.', '', '| table |', '| - |', '| `kb_old` |'];
    expect(await drift(lines)).toEqual([
      '1 The migrations make no table `kb_gone`.',
      '5 The migrations make no table `kb_old`.',
    ]);
    expect(await drift([], { tables: new Map([['kb_docs', ['id']]]) })).toEqual([
      '-5 The table kb_docs has no column `title`.',
    ]);
  });

  test('finds everything that no page names, and says where to write it', async () => {
    const more = facts();
    expect(
      await drift([], {
        commands: [...more.commands, 'serve'],
        flags: new Map([...more.flags, ['--new', undefined]]),
        variables: new Set([...more.variables, 'NEW_ONE']),
        errorCodes: [...more.errorCodes, 'NEW_CODE'],
        exitStatuses: [...more.exitStatuses, 77],
        routes: [...more.routes, { method: 'GET', path: '/new' }],
        tables: new Map([...more.tables, ['kb_new', []]]),
      }),
    ).toEqual([
      'docs/cli.md No page names the command `serve`.',
      'docs/cli.md No page names the flag `--new`.',
      'README.md No page names the variable `NEW_ONE`.',
      'docs/errors.md No page names the error code `NEW_CODE`.',
      'docs/errors.md No page names the exit status `77`.',
      'docs/serve.md No page names the route `/new`.',
      'docs/architecture.md No page names the table `kb_new`.',
    ]);
  });

  test('leaves names in generated pages to their generators, but not their command lines', async () => {
    const text = '<!-- Generated from x by `npm run generate`. -->\n`OTHER_NAME` `gemini-sync-bridge gone`';
    writeFileSync(join(root, 'docs', 'b.md'), text);
    expect(await drift([])).toEqual([
      "docs/b.md The program refuses `gemini-sync-bridge gone`: Unknown command 'gone'.",
    ]);
  });
});

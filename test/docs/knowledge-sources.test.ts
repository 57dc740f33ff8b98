import { afterAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkDefinitions } from '../../src/definitions/files/check-definitions.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { freePort } from '../support/http/free-port.ts';
import { runHere } from '../support/processes/run-here.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'knowledge-sources.md'), 'utf8');
const PORT_OF_PAGE = '4010';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** The tutorial without its server and its Postgres. */
const tutorial = (/^## Tutorial$[^]*?(?=^### Use the page$)/m.exec(PAGE) ?? [''])[0];

/** The files that the tutorial tells the reader to save, by their paths. */
function filesOf(text: string): [path: string, content: string][] {
  return [...text.matchAll(/^Save as `([^`]+)`.*:\n\n```\w+\n([^]*?)^```$/gm)].map(
    ([, path = '', content = '']) => [path, content],
  );
}

/** The commands of the tutorial with the output that it shows for each. */
function commandsOf(text: string): [command: string, output: string][] {
  const consoles = [...text.matchAll(/^```console\n([^]*?)^```$/gm)].map(([, lines = '']) => lines);
  return consoles.flatMap((lines) =>
    lines
      .split(/^\$ /m)
      .slice(1)
      .map((part): [string, string] => [
        part.slice(0, part.indexOf('\n')),
        part.slice(part.indexOf('\n') + 1),
      ]),
  );
}

/** Replaces what differs from run to run. */
function comparable(output: string): string {
  return output
    .replaceAll(/\d{8}T\d{6}Z-[0-9a-f]{8}/g, 'RUN')
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\d(?: \d\d:\d\d)?/g, 'TIME')
    .replaceAll(/\d+\.\d s$/gm, 'DURATION');
}

/** Runs a command of the page, and returns what it writes to stdout. */
async function outputOf(command: string, cwd: string): Promise<string> {
  const [program, ...args] = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, word]) => quoted ?? word ?? '',
  );
  if (program !== 'gemini-sync-bridge') return (await execa('sh', ['-c', command], { cwd })).stdout;
  return (await runHere(args, { cwd })).stdout;
}

describe('the page of knowledge sources', () => {
  test('has a tutorial whose commands print what it shows', async () => {
    const cwd = folders.make();
    const port = String(await freePort());
    const here = (text: string) => text.replaceAll(PORT_OF_PAGE, port);
    for (const [path, content] of filesOf(tutorial)) {
      mkdirSync(dirname(join(cwd, path)), { recursive: true });
      writeFileSync(join(cwd, path), here(content));
    }
    const api = execa(process.execPath, ['api.mjs'], { cwd, reject: false });
    try {
      await eventually('the API of the tutorial', () =>
        fetch(`http://127.0.0.1:${port}/products`).then(
          ({ ok }) => ok,
          () => false,
        ),
      );
      const commands = commandsOf(here(tutorial));
      expect(commands.length).toBeGreaterThan(10);
      for (const [command, output] of commands) {
        const actual = await outputOf(command, cwd);
        expect({ command, output: comparable(actual).trimEnd() }).toEqual({
          command,
          output: comparable(output).trimEnd(),
        });
      }
    } finally {
      api.kill();
      await api;
    }
  });

  test('has files of knowledge sources that are valid, without a warning', async () => {
    const sources = [...PAGE.matchAll(/^```yaml\n([^]*?^kind: KnowledgeSource$[^]*?)^```$/gm)];
    expect(sources).toHaveLength(2);
    for (const [, content = ''] of sources) {
      const file = join(folders.make(), 'source.yaml');
      writeFileSync(file, content);
      expect(await checkDefinitions([file])).toMatchObject({ problems: [] });
    }
  });
});

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runHere } from '../processes/run-here.ts';

/** One command of a page, with what the page shows below it and what it really prints. */
export interface Step {
  readonly command: string;
  readonly shown: string;
  readonly printed: string;
}

export interface Walk {
  /** An empty folder, in which the reader works. */
  readonly cwd: string;
  /** Texts of the page that are different here, such as a port. */
  readonly here: ReadonlyMap<string, string>;
  /** Runs a block of SQL. */
  readonly query?: (sql: string) => Promise<unknown>;
  /** Starts what the reader starts in a second terminal, and waits until it can be used. */
  readonly start?: (command: string) => Promise<void>;
}

const ROOT = join(import.meta.dirname, '..', '..', '..');
const BLOCKS = /(?:^[^\n]*\bsave as `(?<path>[^`]+)`[^\n]*\n\n)?^```(?<language>\w+)\n(?<text>[^]*?)^```$/gim;

export const textOfPage = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** Does what a page tells its reader, from its top to its end: saves files, runs commands and SQL, sets variables. */
export async function* walkPage(page: string, { cwd, here, query, start }: Walk): AsyncGenerator<Step> {
  const env: Record<string, string> = {};
  let exitStatus = 0;
  for (const { groups = {} } of placedHere(textOfPage(page), here).matchAll(BLOCKS)) {
    const { path, language, text = '' } = groups;
    if (path !== undefined) save(join(cwd, path), text);
    if (language === 'sql') await query?.(text);
    if (language === 'sh') await start?.(text.trim());
    if (language !== 'console') continue;
    for (const [command, shown] of commandsOf(text)) {
      const [, name, value] = /^export (\w+)='?([^']*)'?$/.exec(command) ?? [];
      if (name !== undefined) env[name] = value ?? '';
      else if (command === 'echo $?') yield { command, shown, printed: String(exitStatus) };
      else if (command.startsWith('gemini-sync-bridge ')) {
        const ended = await runHere(command.split(' ').slice(1), { cwd, env });
        exitStatus = ended.exitCode ?? 0;
        yield { command, shown, printed: ended.stdout };
      } else yield { command, shown, printed: await requested(command) };
    }
  }
}

/** What curl prints, without a curl. */
async function requested(command: string): Promise<string> {
  const [, header, value, url] = /^curl -s -H '([\w-]+): ([^']+)' (http:\S+)$/.exec(command) ?? [];
  if (header === undefined || value === undefined || url === undefined) {
    throw new Error(`The page has a command that this test cannot run: ${command}`);
  }
  return await (await fetch(url, { headers: { [header]: value } })).text();
}

function placedHere(text: string, here: ReadonlyMap<string, string>): string {
  return [...here].reduce((placed, [shown, actual]) => placed.replaceAll(shown, actual), text);
}

function save(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function commandsOf(text: string): [command: string, shown: string][] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]);
}

/** An output without what differs from run to run: ids of runs, times, durations, the order of rows, the folder. */
export function comparable(output: string): string {
  return output
    .replaceAll(/\d{8}T\d{6}Z-[0-9a-f]{8}/g, 'RUN')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+Z)?)?/g, 'TIME')
    .replaceAll(/\d+\.\d s\b|(?<=bytes in )\d+ ms/g, 'DURATION')
    .replaceAll(/(?<=\(row |number )\d+/g, 'PLACE')
    .replaceAll(/(?<=file:\/\/)\S+(?=\/local-bucket)/g, 'FOLDER')
    .trimEnd();
}

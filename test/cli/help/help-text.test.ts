import { describe, expect, test } from '@jest/globals';
import { COMPARERS } from '../../../src/app/drift/comparers.ts';
import { CHECK_DRIFT } from '../../../src/cli/help/commands/check-drift.ts';
import { main } from '../../../src/cli/main.ts';
import { EXIT, EXIT_MEANINGS } from '../../../src/core/exit-status.ts';

const COMMANDS = [
  '',
  'run',
  'validate',
  'doctor',
  'check-drift',
  'explain',
  'migrate',
  'serve',
  'keys',
  'keys create',
  'keys list',
  'keys revoke',
  'completion',
];

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly variables?: Readonly<Record<string, string>>;
}

async function helpOf(command: string, { variables = {}, ...terminal }: Terminal = {}): Promise<string> {
  let stdout = '';
  const write = (text: string) => (stdout += text);
  const status = await main([...command.split(' ').filter((word) => word !== ''), '--help'], {
    stdout: { write, ...terminal },
    stderr: { write, ...terminal },
    cwd: '/',
    variables,
    keepHeapSmall: () => undefined,
  });
  expect(status).toBe(EXIT.done);
  return stdout;
}

const headingsOf = (text: string) =>
  [...text.matchAll(/^([A-Z][a-z]+(?: [a-z]+)?):/gm)].map(([, heading]) => heading);

describe.each(COMMANDS)('the help of "%s"', (command) => {
  test('has the sections of all commands in the same order, after a description', async () => {
    const text = await helpOf(command);
    expect(text).toMatch(/^[A-Z][^.]*\./);
    const always = ['Usage', 'Options', 'Exit statuses', 'Examples'];
    const headings = headingsOf(text);
    expect(headings.filter((heading) => always.includes(heading ?? ''))).toEqual(always);
    expect(['Usage', 'Arguments', 'Options', 'Commands', 'Exit statuses', 'Examples']).toEqual(
      expect.arrayContaining(headings),
    );
  });

  test('has the exit statuses that every command can end with, and an example of the command', async () => {
    const text = await helpOf(command);
    const statuses = [...text.matchAll(/^ {2}(\d+) +\S/gm)].map(([, status]) => Number(status));
    expect(statuses).toEqual(expect.arrayContaining([EXIT.done, EXIT.bug, EXIT.usage, EXIT.configuration]));
    expect(statuses).toEqual(statuses.toSorted((one, other) => one - other));
    const examples = text.slice(text.indexOf('Examples:'));
    expect(examples).toContain(`gemini-sync-bridge ${command}`);
  });

  test('fits into 80 columns', async () => {
    const lines = (await helpOf(command)).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});

test('The help of run describes each exit status with the words of the table', async () => {
  const words = (await helpOf('run')).replaceAll(/\s+/g, ' ');
  for (const { meaning } of Object.values(EXIT_MEANINGS)) expect(words).toContain(meaning);
});

test('The help of check-drift describes every comparison', () => {
  const description = CHECK_DRIFT.description.join(' ');
  for (const { name } of COMPARERS) expect(description).toContain(`\`${name}\``);
});

test('Headings are bold on a terminal, and plain with NO_COLOR and in a file', async () => {
  const terminal = { isTTY: true, columns: 80 };
  const coloured = await helpOf('run', terminal);
  expect(coloured).toContain('\u001B[1mExit statuses:\u001B[0m\n');
  const plain = await helpOf('run');
  expect(await helpOf('run', { ...terminal, variables: { NO_COLOR: '1' } })).toBe(plain);
  expect(plain).not.toContain('\u001B');
});

test('Descriptions are wrapped at the width of the terminal', async () => {
  const lines = (await helpOf('run', { isTTY: true, columns: 50 })).split('\n');
  const described = lines.filter((line) => /^ {2}--|^ {10,}\S/.test(line));
  expect(described.filter((line) => line.length > 50)).toEqual([]);
});

import type { InitChoices, InitSchedule } from './choices.ts';
import { FIRST_COMMANDS } from './first-commands.ts';
import { withGenerated } from './generated-schedules.ts';
import type { ScaffoldPart } from './scaffold-part.ts';
import { filled, reusableFlows, template } from './templates.ts';

/** The commands of npm that write what the scheduler needs, and that compare it with the connectors. */
const GENERATE: Readonly<Record<InitSchedule, Readonly<Record<string, string>>>> = {
  kestra: {
    generate: 'gemini-sync-bridge generate kestra',
    'generate:check': 'gemini-sync-bridge generate kestra --check',
  },
  helm: {
    generate: 'gemini-sync-bridge generate helm-values --values values.yaml',
    'generate:check': 'gemini-sync-bridge generate helm-values --values values.yaml --check',
  },
  'pg-cron': {
    generate: 'gemini-sync-bridge generate pg-cron > pg-cron.sql',
    'generate:check': 'gemini-sync-bridge generate pg-cron | diff pg-cron.sql -',
  },
  none: {},
};

/** The files of a new repository of connectors. */
export async function scaffold(choices: InitChoices): Promise<readonly ScaffoldPart[]> {
  const handWritten = [...(await commonParts(choices)), ...(await scheduleParts(choices.schedule))];
  const parts = await withGenerated(choices.schedule, handWritten);
  const readme: Omit<ScaffoldPart, 'files'> = { name: 'README.md', purpose: 'explains all of this' };
  const text = filled(await template('README.md'), {
    files: fileTable([...parts, readme]),
    commands: firstCommands(),
    schedule: (await template(`schedules/${choices.schedule}.md`)).trimEnd(),
  });
  return [...parts, { ...readme, files: [{ path: readme.name, text }] }];
}

async function commonParts({ source, schedule, dependency }: InitChoices): Promise<ScaffoldPart[]> {
  const secrets = (await template(`secrets/${source}.env`)).trimEnd();
  return [
    part('connectors/documents.yaml', 'the example connector: fill in its source and mapping', {
      'connectors/documents.yaml': await template(`connectors/${source}.yaml`),
    }),
    part('.env.example', 'the variables that runs need, without values', {
      '.env.example': filled(await template('env.example'), { secrets }),
    }),
    part('package.json', 'pins the program, and names its commands', {
      'package.json': manifest(await template('package.json'), schedule, dependency),
    }),
    part('.gitignore', 'keeps secrets and local results out of git', {
      '.gitignore': await template('gitignore'),
    }),
    part('.vscode/', 'completion and checks in the editor, offline', {
      '.vscode/settings.json': await template('vscode/settings.json'),
      '.vscode/extensions.json': await template('vscode/extensions.json'),
    }),
    part('.github/workflows/sync.yml', 'checks each pull request', {
      '.github/workflows/sync.yml': await template('github/workflows/sync.yml'),
    }),
    part('.pre-commit-config.yaml', 'checks the connectors before each commit', {
      '.pre-commit-config.yaml': await template('pre-commit-config.yaml'),
    }),
  ];
}

async function scheduleParts(schedule: InitSchedule): Promise<ScaffoldPart[]> {
  if (schedule === 'kestra') {
    const flows = await reusableFlows();
    const files = flows.map(({ name, text }) => ({ path: `kestra/flows/${name}`, text }));
    return [{ name: 'kestra/flows/', purpose: 'the flows that run any connector', files }];
  }
  if (schedule === 'helm') {
    const values = await template('values.yaml');
    return [part('values.yaml', 'values of the Helm chart, with scheduleJobs', { 'values.yaml': values })];
  }
  return [];
}

function part(name: string, purpose: string, texts: Readonly<Record<string, string>>): ScaffoldPart {
  return { name, purpose, files: Object.entries(texts).map(([path, text]) => ({ path, text })) };
}

/** Both are written as JSON, so that a path with quotation marks or backslashes stays one string. */
function manifest(text: string, schedule: InitSchedule, dependency: string): string {
  const scripts = Object.entries(GENERATE[schedule]).map(
    ([name, command]) => `,\n    ${JSON.stringify(name)}: ${JSON.stringify(command)}`,
  );
  return text
    .replace(',\n    "%scripts%": ""', () => scripts.join(''))
    .replace('"%dependency%"', () => JSON.stringify(dependency));
}

function fileTable(parts: readonly Omit<ScaffoldPart, 'files'>[]): string {
  const rows = [['file', 'what it is for'], ...parts.map(({ name, purpose }) => [`\`${name}\``, purpose])];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill: string) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`;
  const [heading = [], ...others] = rows.map((row) => line(row, ' '));
  return [heading, line(['', ''], '-'), ...others].join('\n');
}

function firstCommands(): string {
  const width = Math.max(...FIRST_COMMANDS.map(({ command }) => command.length));
  const lines = FIRST_COMMANDS.map(({ command, about }) => `${command.padEnd(width)}  # ${about}`);
  return ['```sh', ...lines, '```'].join('\n');
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { valueAt } from '../../src/definitions/draft.ts';
import { readPresets } from '../../src/definitions/presets/read-presets.ts';
import { parseAllDocuments } from 'yaml';
import { checkDefinitions } from '../../src/definitions/files/check-definitions.ts';
import { EXIT } from '../../src/core/exit-status.ts';
import { readPolicy } from '../../src/policy/read-policy.ts';
import { policySchema } from '../../src/policy/schema-validator.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  join('bench', 'README.md'),
  join('kestra', 'README.md'),
  ...markdownIn('docs'),
  ...markdownIn(join('docs', 'presets')),
  ...markdownIn(join('docs', 'tutorials')),
];

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

function markdownIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

/** Files that tell commands to a reader or to a shell, beside the pages. */
function printing(folder: string, extension: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(extension))
    .map((name) => join(folder, name));
}

const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

function codeBlocks(markdown: string, language: string): string[] {
  const pattern = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms');
  return [...markdown.matchAll(pattern)].map(([, code]) => code ?? '');
}

const withoutCode = (markdown: string): string =>
  markdown.replaceAll(/^```.*?^```$/gms, '').replaceAll(/``.+?``/g, '');

/** Headings as GitHub makes anchors of them. */
function anchorsOf(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function relativeLinks(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Why a link leads nowhere, or undefined. */
function brokenLink(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return `${link}: no such file`;
  if (anchor === undefined || anchorsOf(textOf(target)).includes(anchor)) return undefined;
  return `${link}: no such heading`;
}

const EXAMPLES = PAGES.flatMap((page) =>
  codeBlocks(textOf(page), 'yaml')
    .filter((code) => /^kind: Connector$/m.test(code))
    .map((code, index): [string, string] => [`${page}, number ${index + 1}`, code]),
);

/** Definitions of the other kinds, which the pages of their tutorials show. */
const OTHER_DEFINITIONS = PAGES.flatMap((page) =>
  codeBlocks(textOf(page), 'yaml')
    .filter((code) => /^kind: (KnowledgeSource|App)$/m.test(code))
    .map((code, index): [string, string] => [`${page}, number ${index + 1}`, code]),
);

const POLICIES = PAGES.flatMap((page) =>
  codeBlocks(textOf(page), 'yaml')
    .filter((code) => /^kind: Policy$/m.test(code))
    .map((code, index): [string, string] => [`${page}, number ${index + 1}`, code]),
);

describe('the documentation', () => {
  it('shows policies', () => {
    expect(POLICIES.map(([name]) => name)).toEqual(
      [1, 2, 3].map((number) => `docs/policy.md, number ${number}`),
    );
  });

  it.each(POLICIES)('has a policy that is valid: %s', (_, code) => {
    expect(readPolicy(code, 'policy.yaml')).toHaveProperty('policy');
  });

  it('has every field of a policy in the table of its page', () => {
    const rule = valueAt(policySchema(), '$defs.rule.properties');
    const listed = [...textOf('docs/policy.md').matchAll(/^\| `(\w+)` +\| (?=[A-Z])/gm)].map(
      ([, name]) => name,
    );
    expect(listed.sort()).toEqual(Object.keys(Object(rule) as object).sort());
  });

  it('shows a connector in the README, and several on the page of each source and mode', () => {
    const names = EXAMPLES.map(([name]) => name).filter((name) => !name.startsWith('docs/presets/'));
    expect(names).toEqual([
      'README.md, number 1',
      'docs/connector-mode-file-pull.md, number 1',
      'docs/connector-mode-file-pull.md, number 2',
      'docs/connector-mode-file-pull.md, number 3',
      'docs/connector-mode-rest-pull.md, number 1',
      'docs/connector-mode-rest-pull.md, number 2',
      'docs/connector-mode-rest-pull.md, number 3',
      'docs/connector-mode-rest-pull.md, number 4',
      'docs/connector-mode-rest-pull.md, number 5',
      'docs/connector-mode-rest-pull.md, number 6',
      'docs/connector-mode-rest-pull.md, number 7',
      'docs/connector-mode-rest-push.md, number 1',
      'docs/connector-mode-rest-push.md, number 2',
      'docs/connector-mode-sql-pull.md, number 1',
      'docs/connector-provider-http.md, number 1',
      'docs/connector-provider-http.md, number 2',
      'docs/connector-provider-mssql.md, number 1',
      'docs/connector-provider-mssql.md, number 2',
      'docs/connector-provider-mysql.md, number 1',
      'docs/connector-provider-mysql.md, number 2',
      'docs/connector-provider-oracle.md, number 1',
      'docs/connector-provider-oracle.md, number 2',
      'docs/connector-provider-postgres.md, number 1',
      'docs/connector-provider-postgres.md, number 2',
      'docs/tutorials/first-api.md, number 1',
      'docs/tutorials/first-connector.md, number 1',
    ]);
  });

  it('shows a connector for each preset', () => {
    const shown = EXAMPLES.flatMap(([, code]) => /^ {4}preset: (.+)$/m.exec(code)?.[1] ?? []);
    expect(shown).toEqual(readPresets().map(({ name }) => name));
  });

  it.each(EXAMPLES)('has a connector that is valid, without a warning: %s', async (_, code) => {
    const file = join(folders.make(), 'connector.yaml');
    await writeFile(file, code);
    const { problems, connectors } = await checkDefinitions([file]);
    expect(problems).toEqual([]);
    expect(connectors).toHaveLength(1);
  });

  it.each(OTHER_DEFINITIONS)('has a definition that is valid, without a warning: %s', async (_, code) => {
    const file = join(folders.make(), 'definition.yaml');
    await writeFile(file, code);
    const { problems, knowledgeSources, apps } = await checkDefinitions([file]);
    expect(problems).toEqual([]);
    expect([...knowledgeSources, ...apps]).toHaveLength(1);
  });

  it.each(PAGES)('has no block of YAML or JSON with a syntax error: %s', (page) => {
    const text = textOf(page);
    expect(
      codeBlocks(text, 'yaml').flatMap((code) => parseAllDocuments(code).flatMap(({ errors }) => errors)),
    ).toEqual([]);
    for (const code of codeBlocks(text, 'json')) expect(() => void JSON.parse(code)).not.toThrow();
  });

  it.each(PAGES)('has no link that leads nowhere: %s', (page) => {
    const links = relativeLinks(textOf(page));
    expect(links.flatMap((link) => brokenLink(page, link) ?? [])).toEqual([]);
  });

  // The name is not ours in any registry, so npx would run the program of anyone who registers it, with access to the reader's secrets.
  it.each([...PAGES, ...printing('scripts', '.ts'), ...printing(join('kestra', 'flows'), '.yaml')])(
    'does not run the program through npx: %s',
    (page) => {
      expect(textOf(page)).not.toMatch(/\bnpx\s+(-\S+\s+)*gemini-sync-bridge\b/);
    },
  );

  it('lists every exit status in the README', () => {
    const listed = [...textOf('README.md').matchAll(/^\| (\d+) +\|/gm)].map(([, status]) => Number(status));
    expect(listed).toEqual(Object.values(EXIT));
  });
});

it('the definitions that ship, and the examples, are valid', async () => {
  const report = await checkDefinitions([join(ROOT, 'connectors'), join(ROOT, 'examples')]);
  expect(report.problems.filter(({ status }) => status === 'fail')).toEqual([]);
  expect(report.connectors).toHaveLength(6);
  expect(report.knowledgeSources.map(({ file }) => basename(file))).toEqual(['knowledge-source.yaml']);
  expect(report.apps.map(({ file }) => basename(file))).toEqual(['app-products.yaml', 'app-tickets.yaml']);
});

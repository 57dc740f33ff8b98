import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { dump } from 'js-yaml';
import { checkDefinitions } from '../../../src/definitions/files/check-definitions.ts';
import { exampleOf } from '../../../src/definitions/presets/example.ts';
import { expandPreset } from '../../../src/definitions/presets/expand.ts';
import { readYaml } from '../../../src/definitions/yaml/yaml.ts';
import { expandedYaml } from '../../../src/definitions/presets/expanded-yaml.ts';
import { fillIn } from '../../../src/definitions/presets/fill-in.ts';
import { readPresets } from '../../../src/definitions/presets/read-presets.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

async function check(text: string) {
  const file = join(folders.make(), 'connector.yaml');
  await writeFile(file, text);
  const { problems, connectors } = await checkDefinitions([file]);
  const told = problems.map(({ status, code, subject, message, fix, place: { line } }) => {
    return { status, code, subject, message, fix, line };
  });
  return { problems: told, source: connectors[0]?.connector.spec.source };
}

/** A connector with these keys of `source` in lines 8 and following, the preset in line 9. */
function connector(source: object, { mode = 'rest_pull', deletePolicy = 'never_delete' } = {}): string {
  return dump({
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name: 'issues' },
    spec: {
      mode,
      source: { type: 'http', ...source },
      mapping: { idField: 'id', titleField: 'title', contentTemplate: '{{ body }}' },
      output: { bucket: 'gs://company-gemini-sync', prefix: 'issues', format: 'ndjson' },
      gemini: { projectId: 'my-project', location: 'global', dataStoreId: 'issues-ds' },
      reconciliation: { deletePolicy },
    },
  });
}

const GITHUB = 'https://api.github.com/repos/acme/handbook/issues';

describe('a preset', () => {
  test('fills in what the connector does not set, and each key of a mapping separately', async () => {
    const own = {
      preset: 'github-issues',
      url: GITHUB,
      secretRef: 'github-token',
      payload: { state: 'open', labels: 'docs' },
      pagination: { pageSize: 20 },
    };
    const { problems, source } = await check(connector(own));
    expect(problems).toEqual([]);
    expect(source).toMatchObject({
      ...own,
      payload: { state: 'open', labels: 'docs', sort: 'created', direction: 'asc' },
      pagination: { type: 'link_header', pageSizeField: 'per_page', pageSize: 20 },
      headers: { Accept: 'application/vnd.github+json' },
    });
  });

  test('fills nothing into a mapping of another type, and no credentials beside those of the connector', async () => {
    const pagination = { type: 'page', pageSizeField: 'maxResults', pageSize: 50 };
    const oauth = { grantType: 'client_credentials', tokenUrl: 'https://a.example.com/t', clientId: 'c' };
    const { problems, source } = await check(
      connector({
        preset: 'jira-issues',
        url: 'https://acme.atlassian.net/rest/api/2/search/jql',
        pagination,
        oauth: { ...oauth, clientSecretRef: 'jira-client' },
      }),
    );
    expect(problems).toEqual([]);
    expect(source).toMatchObject({ pagination, oauth });
    expect(source).not.toHaveProperty('auth');
  });

  test('that is misspelt is reported with the nearest name', async () => {
    const { problems } = await check(connector({ preset: 'github-isues', url: GITHUB }));
    expect(problems).toMatchObject([
      { status: 'fail', code: 'preset_unknown', line: 9, fix: 'preset: github-issues' },
    ]);
  });

  test.each([
    ['missing', {}, 'fail', 'missing_key'],
    [
      'that of its page',
      { url: 'https://api.github.com/repos/OWNER/handbook/issues' },
      'fail',
      'preset_unfit',
    ],
    ['that of another listing', { url: 'https://api.github.com/repos/a/b/pulls' }, 'warn', 'preset_unfit'],
  ])('reports a url that is %s, once, with the form that it expects', async (_, url, status, code) => {
    const { problems } = await check(connector({ preset: 'github-issues', ...url }));
    expect(problems).toMatchObject([{ status, code, subject: 'spec.source.url' }]);
    expect(problems[0]?.message).toMatch(/preset github-issues/);
  });

  test('accepts a server of the connector’s own', async () => {
    const url = 'https://git.example.com/api/v3/repos/acme/handbook/issues';
    expect((await check(connector({ preset: 'github-issues', url }))).problems).toEqual([]);
  });

  test.each([
    ['rest_push', 'http'],
    ['sql_pull', 'postgres'],
  ])('is refused in a %s connector', async (mode, type) => {
    const { problems } = await check(connector({ type, preset: 'github-issues', secretRef: 'a' }, { mode }));
    expect(problems).toContainEqual(
      expect.objectContaining({ code: 'misplaced_key', subject: 'spec.source.preset' }),
    );
  });

  test('is named, with its line, in a finding about a key that it filled in', async () => {
    const url = 'https://acme.my.salesforce.com/services/data/v61.0/query';
    const { problems } = await check(connector({ preset: 'salesforce-query', url }));
    const found = problems.find(({ subject }) => subject === 'spec.source.oauth.clientId');
    expect(found).toMatchObject({ code: 'missing_key', line: 9 });
    expect(found?.message).toContain('The preset salesforce-query filled in spec.source.oauth.');
  });

  test('for changes lets no missing document be deleted', async () => {
    const source = { preset: 'github-issues-changes', url: GITHUB };
    const { problems } = await check(connector(source, { deletePolicy: 'auto_delete_missing' }));
    expect(problems).toMatchObject([{ code: 'delta_deletes', subject: 'spec.reconciliation.deletePolicy' }]);
  });
});

/** The text of a connector with its preset filled in. */
function expanded(text: string): string {
  return expandedYaml(text, expandPreset(readYaml(text).value));
}

describe('expandedYaml', () => {
  test.each(readPresets().map((preset) => [preset.name, preset] as const))(
    'writes a connector that means the same without the preset %s',
    async (_, preset) => {
      const text = exampleOf(preset);
      const filled = expanded(text);
      expect(filled).not.toMatch(/^ *preset:/m);
      const [before, after] = [await check(text), await check(filled)];
      expect(after.problems).toEqual([]);
      expect({ ...after.source, preset: preset.name }).toEqual(before.source);
    },
  );

  test('marks each key that the preset filled in, and no other', () => {
    const text = connector({ preset: 'github-issues', url: GITHUB, payload: { state: 'open' } });
    const marked = expanded(text)
      .split('\n')
      .flatMap((line) => (line.includes(' # preset github-issues') ? [line.trim().split(':', 1)[0]] : []));
    expect(marked.sort()).toEqual(['direction', 'headers', 'pagination', 'rateLimit', 'sort']);
  });

  test('writes a connector without a preset as it is', () => {
    const text = `# a comment\n${connector({ url: GITHUB })}`;
    expect(expanded(text)).toBe(text);
  });
});

describe('fillIn', () => {
  test('returns the paths of what it filled in', () => {
    const { value, paths } = fillIn({ a: { x: 1 }, list: [1] }, { a: { x: 2, 'y.z': 3 }, list: [2], b: 4 });
    expect(value).toEqual({ a: { x: 1, 'y.z': 3 }, list: [1], b: 4 });
    expect(paths).toEqual(['a["y.z"]', 'b']);
  });
});

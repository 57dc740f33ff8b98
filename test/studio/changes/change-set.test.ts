import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { changeSet } from '../../../src/studio/changes/change-set.ts';
import { localBase } from '../../../src/studio/local-base.ts';
import { HR_EMPLOYEES } from '../../support/definitions/schedulable.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const signal = new AbortController().signal;
const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

const LAYOUT = { connectorsPath: 'connectors', flowsPath: 'kestra/flows', valuesPath: undefined };
const { name } = HR_EMPLOYEES;
const path = `connectors/${name}.yaml`;
const CHANGE = { name, path, after: 'new', schedulable: { ...HR_EMPLOYEES, file: path } };

/** A repository with these files; a text that starts with `->` is a symbolic link. */
function repository(files: Readonly<Record<string, string | Buffer>>): string {
  const root = folders.make();
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    if (typeof content === 'string' && content.startsWith('->'))
      symlinkSync(content.slice(2), join(root, file));
    else writeFileSync(join(root, file), content);
  }
  return root;
}

async function change(files: Parameters<typeof repository>[0], more: Partial<typeof CHANGE> = {}) {
  const set = await changeSet({ ...CHANGE, ...more }, localBase(repository(files)), LAYOUT, signal);
  const after = new Map(set.files.map((file) => [file.path, file.after]));
  return { paths: [...after.keys()], notes: set.notes.map(({ text }) => text).join('\n'), after };
}

describe('the files of a change', () => {
  test('are the connector alone without folders and values, which it says', async () => {
    const { paths, notes } = await change({});
    expect(paths).toEqual([path]);
    expect(notes).toContain('The repository has no folder kestra/flows');
    expect(notes).toContain('The repository has no values.yaml');
  });

  test('keep anchors, comments, merged maps and CRLF of the values, byte for byte', async () => {
    const values = [
      '# Values \u00E9',
      'defaults: &defaults { memory: 1Gi }  # shared',
      '',
      'scheduleJobs:',
      "  - name: 'other'   # theirs",
      '    <<: *defaults',
      '    schedule: "1 1 * * *"',
      '    connectorPath: connectors/other.yaml',
      '    enabled: true',
      'tail:   {a: 0x10}',
      '',
    ].join('\r\n');
    const { paths, after, notes } = await change({
      'values.yaml': values,
      'kestra/flows/run.yaml': 'id: run',
    });
    expect({ paths, notes }).toEqual({
      paths: [path, `kestra/flows/connectors/${name}.yaml`, 'values.yaml'],
      notes: '',
    });
    const [head = '', tail = ''] = values.split('tail:');
    const text = after.get('values.yaml') ?? '';
    expect(text.startsWith(head)).toBe(true);
    expect(text.endsWith(`tail:${tail}`)).toBe(true);
    expect(text.slice(head.length, -`tail:${tail}`.length)).toMatch(/^(?: {2}[ -].*\r\n)+$/);
  });

  test('leave out values that cannot be changed safely, and say why', async () => {
    const shared = [
      'scheduleJobs:',
      `  - name: ${name}`,
      '    schedule: &time "9 9 * * *"',
      `    connectorPath: ${path}`,
      '    enabled: true',
      'other: *time',
      '',
    ].join('\n');
    for (const [values, reason] of [
      [shared, 'an anchor'],
      ['scheduleJobs: []\n---\nb: 1\n', 'has several'],
      ['scheduleJobs: {a: [}\n', 'values.yaml:1'],
    ] as const) {
      const { paths, notes } = await change({ 'values.yaml': values });
      expect(paths).toEqual([path]);
      expect(notes).toContain(reason);
    }
  });

  test.each([
    ['a symbolic link', '->/etc/passwd', 'symbolic link'],
    ['not UTF-8', Buffer.from([0x73, 0xe9, 0x0a]), 'not valid UTF-8'],
  ])('do not depend on a values file that is %s', async (_what, content, reason) => {
    const { paths, notes } = await change({ 'values.yaml': content });
    expect(paths).toEqual([path]);
    expect(notes).toContain(reason);
    const usable = { 'helm/a/values.yaml': content, 'helm/b/values.yaml': 'scheduleJobs: []\n' };
    expect((await change(usable)).paths).toEqual([path, 'helm/b/values.yaml']);
  });

  test('leave the flow and the entry of another file alone', async () => {
    const flow = 'id: mine\n';
    const values = `scheduleJobs:\n  - name: ${name}\n    schedule: "1 1 * * *"\n    connectorPath: elsewhere.yaml\n    enabled: true\n`;
    const files = { [`kestra/flows/connectors/${name}.yaml`]: flow, 'values.yaml': values };
    const { paths, notes } = await change(files);
    expect(paths).toEqual([path]);
    expect(notes).toContain('was written or changed by hand');
    expect(notes).toContain('runs elsewhere.yaml');
  });
});

import { afterAll, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedDrift } from '../../../scripts/drift/generated-drift.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

describe('generatedDrift', () => {
  test('names the first line that differs from what the source generates', async () => {
    const path = join(folders.make(), 'page.md');
    const drift = (content: string) => generatedDrift([() => Promise.resolve([{ path, content }])]);
    writeFileSync(path, '# A\n\none\n\ntwo\n');
    expect(await drift('# A\n\none\n\ntwo')).toEqual([]);
    expect(await drift('# A\n\none\n\n2')).toMatchObject([
      { status: 'drift', place: { file: path, line: 5 } },
    ]);
    writeFileSync(path, '# A\n\none\n\ntwo\n\nthree\n');
    expect(await drift('# A\n\none\n\ntwo')).toMatchObject([{ place: { line: 7 } }]);
  });

  test('names a page that is missing', async () => {
    const path = join(folders.make(), 'page.md');
    expect(await generatedDrift([() => Promise.resolve([{ path, content: '# A' }])])).toMatchObject([
      { place: { line: 1 } },
    ]);
  });
});

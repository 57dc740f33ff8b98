import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { documentedConstants, documentedProperties } from '../../../scripts/generate/doc-comments.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

function sourceFile(text: string): string {
  const file = join(folders.make(), 'source.ts');
  writeFileSync(file, text);
  return file;
}

describe('the doc comments of exported constants', () => {
  it('are read in the order of the file, each on one line, with `code` and *stars* unchanged', async () => {
    const file = sourceFile(
      '/** The\n * `b` *of* it. */\nexport const B = 1;\nconst hidden = 2;\n/** A. */\nexport const A = hidden;\n',
    );
    expect(await documentedConstants(file)).toEqual([
      { name: 'B', comment: 'The `b` *of* it.' },
      { name: 'A', comment: 'A.' },
    ]);
  });

  it('must be there', async () => {
    const file = sourceFile('/** A. */\nexport const A = 1;\n// No doc comment.\nexport const B = 2;\n');
    await expect(documentedConstants(file)).rejects.toThrow('B in');
  });
});

describe('the doc comments of the properties of an object', () => {
  it('are read through its types', async () => {
    const file = sourceFile('const KINDS = {\n  /** One. */\n  ONE: 1,\n} as const satisfies object;\n');
    expect(await documentedProperties(file, 'KINDS')).toEqual([{ name: 'ONE', comment: 'One.' }]);
  });

  it('must be there', async () => {
    const file = sourceFile('const KINDS = {\n  /** One. */\n  ONE: 1,\n  TWO: 2,\n};\n');
    await expect(documentedProperties(file, 'KINDS')).rejects.toThrow('TWO in');
  });

  it('are not looked for in something else', async () => {
    const file = sourceFile('const KINDS = 1;\n');
    await expect(documentedProperties(file, 'KINDS')).rejects.toThrow('no constant KINDS that is an object');
  });
});

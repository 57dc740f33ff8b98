import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gitBlob } from '../../../src/studio/git-blob.ts';
import { changeCounts, patchOf } from '../../../src/studio/patch/unified-diff.ts';
import type { FileChange } from '../../../src/studio/repository.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

function git(cwd: string, args: readonly string[], input = ''): string {
  return execFileSync('git', ['-c', 'core.autocrlf=false', '-c', 'core.quotePath=false', ...args], {
    cwd,
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

function writeSide(folder: string, changes: readonly FileChange[], side: 'before' | 'after'): void {
  for (const change of changes) {
    const file = join(folder, change.path);
    const text = change[side];
    if (text === null) rmSync(file, { force: true });
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
}

/** The trees of Git with the files before, with the files after, and with the patch applied to the files before. */
function trees(changes: readonly FileChange[]): {
  readonly wanted: string;
  readonly patched: string;
  readonly folder: string;
} {
  const folder = folders.make();
  git(folder, ['init', '-q']);
  writeSide(folder, changes, 'after');
  git(folder, ['add', '-A', '-f']);
  const wanted = git(folder, ['write-tree']);
  writeSide(folder, changes, 'before');
  git(folder, ['add', '-A', '-f']);
  git(folder, ['apply', '--index', '--whitespace=nowarn', '-'], patchOf(changes));
  return { wanted, patched: git(folder, ['write-tree']), folder };
}

const line = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'c', '- x', '+ y', '-- z', '\\ No newline at end of file', '@@ -1 +1 @@'),
  fc.string({ maxLength: 6, unit: 'grapheme' }).map((text) => text.replaceAll(/[\0\n\ud800-\udfff]/g, '')),
);
const text = fc
  .tuple(
    fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 12 }),
    fc.constantFrom('', 'last', 'a'),
  )
  .map(([lines, last]) => lines.map((each) => each.join('')).join('') + last);
const PATHS = ['connectors/hr.yaml', 'kestra/flows/connectors/hr employees.yaml', 'helm/größe/values.yaml'];

describe('patchOf', () => {
  test('is a patch with which git apply yields the same tree, for any texts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.option(text), fc.option(text)), { minLength: 1, maxLength: 3 }),
        (sides) => {
          const changes = sides.flatMap(([before, after], index) =>
            before === after ? [] : [{ path: PATHS[index] ?? '', before, after }],
          );
          if (changes.length === 0) return;
          const { wanted, patched } = trees(changes);
          expect(patched).toBe(wanted);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('changes one line of a file with CRLF and without a line break at its end', () => {
    const change = { path: 'connectors/hr.yaml', before: 'a: 1\r\nb: 2', after: 'a: 1\r\nb: 3' };
    const { folder, wanted, patched } = trees([change]);
    expect(patched).toBe(wanted);
    expect(readFileSync(join(folder, change.path), 'utf8')).toBe('a: 1\r\nb: 3');
    expect(changeCounts(change)).toEqual({ added: 1, removed: 1 });
  });

  test('replaces the differing part as one block when more lines differ than the search may compare', () => {
    const lines = (mark: string) => Array.from({ length: 3_000 }, (_, index) => `${mark}${index}\n`).join('');
    const change = {
      path: 'values.yaml',
      before: `same\n${lines('a')}end\n`,
      after: `same\n${lines('b')}end\n`,
    };
    const { wanted, patched } = trees([change]);
    expect(patched).toBe(wanted);
    expect(changeCounts(change)).toEqual({ added: 3_000, removed: 3_000 });
  });
});

describe('gitBlob', () => {
  test('is the SHA-1 of git hash-object', () => {
    const content = 'name: größe\r\n';
    expect(gitBlob(content)).toBe(git(folders.make(), ['hash-object', '--stdin'], content).trim());
  });
});

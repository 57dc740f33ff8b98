import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { fileNames, folderContents } from '../../support/files/folder-listing.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { runHere } from '../../support/processes/run-here.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

const textOf = (...path: readonly string[]) => readFileSync(join(...path), 'utf8');

/** A folder with a README.md of its own. */
function used(): string {
  const cwd = folders.make();
  writeFileSync(join(cwd, 'README.md'), 'Ours.\n');
  return cwd;
}

describe('init', () => {
  test('says what each file is for and which commands come next', async () => {
    const cwd = folders.make();
    const { stdout, exitCode } = await runHere(['init', "the team's connectors"], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Wrote \d+ files to the team's connectors\.\n/);
    expect(stdout).toMatch(/\n {2}\.env\.example +the variables that runs need, without values\n/);
    expect(stdout).toContain(String.raw`  cd 'the team'\''s connectors'`);
    expect(stdout).toMatch(
      /\n {2}npm pack --silent --ignore-scripts \S+\n.*\n {2}npm install\n.*\n {2}npm run validate\n/,
    );
    expect(fileNames(join(cwd, "the team's connectors"))).toContain('connectors/documents.yaml');
  });

  test('writes nothing and lists the files when files exist with other content', async () => {
    const cwd = used();
    writeFileSync(join(cwd, '.gitignore'), 'dist\n');
    const { stdout, stderr, exitCode } = await runHere(['init'], { cwd });
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 78 });
    expect(stderr).toContain('INIT_CONFLICT');
    expect(stderr).toMatch(/\n {2}\.gitignore\n {2}README\.md\n/);
    expect(fileNames(cwd)).toEqual(['.gitignore', 'README.md']);
  });

  test('keeps existing files and writes the others with --force', async () => {
    const cwd = used();
    const { stdout, exitCode } = await runHere(['init', '--force'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Kept, because they exist with other content:\n  README.md\n');
    expect(textOf(cwd, 'README.md')).toBe('Ours.\n');
    expect(fileNames(cwd)).toContain('package.json');
  });

  test('changes nothing when it runs again, also after Git has changed line ends', async () => {
    const cwd = folders.make();
    await runHere(['init'], { cwd });
    writeFileSync(join(cwd, 'README.md'), textOf(cwd, 'README.md').replaceAll('\n', '\r\n'));
    const before = folderContents(cwd);
    const { stdout, exitCode } = await runHere(['init'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Wrote 0 files to this folder, \d+ files unchanged\.\n\nNext/);
    expect(folderContents(cwd)).toEqual(before);
  });

  test('does not write through a link whose target does not exist', async () => {
    const cwd = folders.make();
    const target = join(folders.make(), 'target');
    symlinkSync(target, join(cwd, 'README.md'));
    const { stderr, exitCode } = await runHere(['init'], { cwd });
    expect(exitCode).toBe(77);
    expect(stderr).toMatch(/INIT_UNWRITABLE: Cannot write .*README\.md: a file, or a link whose target/);
    expect(() => textOf(target)).toThrow('ENOENT');
  });

  test('names the path when it leads through a file or is a folder', async () => {
    const cwd = folders.make();
    writeFileSync(join(cwd, 'connectors'), '');
    const through = await runHere(['init'], { cwd });
    expect(through.exitCode).toBe(77);
    expect(through.stderr).toMatch(/Cannot write .*documents\.yaml: its path leads through a file\./);

    const other = folders.make();
    mkdirSync(join(other, 'package.json'));
    const folder = await runHere(['init', '--force'], { cwd: other });
    expect(folder.exitCode).toBe(77);
    expect(folder.stderr).toMatch(/Cannot write .*package\.json: it is a folder\./);
    expect(fileNames(other)).toEqual([]);
  });

  test('depends on the package of --package, whatever characters it has', async () => {
    const cwd = folders.make();
    const spec = String.raw`file:C:\our "packages"\$&.tgz`;
    const { stdout } = await runHere(['init', '--package', spec], { cwd });
    expect(stdout).not.toContain('npm pack');
    expect(JSON.parse(textOf(cwd, 'package.json'))).toMatchObject({
      dependencies: { 'gemini-sync-bridge': spec },
    });
  });

  test('refuses an unknown source or scheduler and names the known ones', async () => {
    const cwd = folders.make();
    const { stderr, exitCode } = await runHere(['init', '--source', 'db2'], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Allowed choices are postgres, mysql, mssql, oracle, http, file, push.');
    expect(fileNames(cwd)).toEqual([]);
  });
});

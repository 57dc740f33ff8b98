import { FIRST_COMMANDS } from '../../app/init/first-commands.ts';
import type { InitResult } from '../../app/init/init-repository.ts';
import { amount } from '../../core/text/count-text.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import type { OutputStream } from '../command-io.ts';
import { styleFor } from './style.ts';
import { wrap, wrapWidth } from './wrap.ts';

/** The space before a name, and between a name and its purpose. */
const GAP = '  ';
/** Purposes are never wrapped to fewer columns than this, even on a narrower terminal. */
const PURPOSE_WIDTH_MIN = 20;

interface Surroundings {
  /** The folder as the user wrote it. */
  readonly dir: string;
  /** The folder of this program, if the repository depends on a package file that is made from it. */
  readonly packageFrom: string | undefined;
  readonly stream: OutputStream;
  readonly noColor: boolean;
}

/** Formats what was written and what each file is for, what was kept, and what to do next. */
export function initSummary(result: InitResult, { dir, packageFrom, stream, noColor }: Surroundings): string {
  const style = styleFor(stream, noColor);
  const place = dir === '.' ? 'this folder' : dir;
  const already =
    result.unchanged.length === 0 ? '' : `, ${amount(result.unchanged.length, 'file')} unchanged`;
  const written = new Set(result.written);
  const parts = result.parts.filter(({ files }) => files.some(({ path }) => written.has(path)));
  const width = Math.max(0, ...parts.map(({ name }) => name.length));
  const indent = `${GAP}${' '.repeat(width)}${GAP}`;
  const purposeWidth = Math.max(wrapWidth(stream) - indent.length, PURPOSE_WIDTH_MIN);
  const kept = result.kept.map((path) => `  ${path}`);
  const enter = dir === '.' ? [] : [{ command: `cd ${shellWord(dir)}`, about: undefined }];
  const pack =
    packageFrom === undefined
      ? []
      : [
          {
            command: `npm pack --silent --ignore-scripts ${shellWord(packageFrom)}`,
            about: 'make the package that package.json pins; commit it too',
          },
        ];
  const commands = [...enter, ...pack, ...FIRST_COMMANDS];
  return [
    style.bold(`Wrote ${amount(result.written.length, 'file')} to ${place}${already}.`),
    ...(parts.length === 0 ? [] : ['']),
    ...parts.flatMap(({ name, purpose }) =>
      wrap(purpose, purposeWidth).map((line, index) =>
        index === 0 ? `${GAP}${style.cyan(name.padEnd(width))}${GAP}${line}` : `${indent}${line}`,
      ),
    ),
    ...(kept.length === 0 ? [] : ['', style.yellow('Kept, because they exist with other content:'), ...kept]),
    '',
    style.bold('Next'),
    '',
    ...commands.flatMap(({ command, about }) => [
      ...(about === undefined ? [] : [style.dim(`  # ${about}`)]),
      `  ${command}`,
    ]),
    '',
  ].join('\n');
}

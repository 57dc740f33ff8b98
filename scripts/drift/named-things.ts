import type { Markdown, Piece } from '../../src/app/drift/docs/markdown.ts';
import { commandsOf } from '../../src/app/drift/docs/shell-commands.ts';
import { isVariable } from './environment-variables.ts';
import type { Facts } from './facts.ts';
import { driftAt, type PlacedDrift } from './finding.ts';
import { FOREIGN_FLAGS, FOREIGN_NAMES } from './foreign-names.ts';

/** A page of this repository. */
export interface OwnPage extends Markdown {
  readonly file: string;
}

type Check = (page: OwnPage, facts: Facts) => PlacedDrift[];

/** Finds commands, options, variables, codes, npm scripts and exit statuses that a page names and the program does not have. */
export function namedThings(page: OwnPage, facts: Facts): PlacedDrift[] {
  return CHECKS.flatMap((check) => check(page, facts));
}

const NAME = /^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=.*)?$/;

/** Code in capital letters is the name of something. */
function names(page: OwnPage, { variables, constants }: Facts): PlacedDrift[] {
  return spansOf(page, ({ text }) => {
    const name = NAME.exec(text)?.[1];
    if (name === undefined || FOREIGN_NAMES.has(name)) return undefined;
    if (constants.has(name) || isVariable(name, variables)) return undefined;
    return ['name', `\`${name}\` is not a variable, a code or a limit of this program.`];
  });
}

/** Code that begins with `--` is an option of some command. */
function flags(page: OwnPage, { flags: known }: Facts): PlacedDrift[] {
  return spansOf(page, ({ text }) => {
    const [, flag, value] = /^(--[a-z][a-z-]*)(?:[ =](\S+))?/.exec(text) ?? [];
    if (flag === undefined || FOREIGN_FLAGS.has(flag)) return undefined;
    if (!known.has(flag)) return ['flag', `No command has the option \`${flag}\`.`];
    const values = known.get(flag);
    const isWord = value !== undefined && /^[a-z-]+$/.test(value);
    if (values === undefined || !isWord || values.includes(value)) return undefined;
    return ['flag', `\`${flag}\` does not take \`${value}\`; it takes ${values.join(', ')}.`];
  });
}

/** Code such as `run --local` or `keys create` is a command line without the name of the program. */
function bareCommands(page: OwnPage, { commands, program }: Facts): PlacedDrift[] {
  return spansOf(page, ({ text }) => {
    const words = text.split(/\s+/);
    const [first = '', second = ''] = words;
    const hasFlag = words.some((word) => /^--[a-z]/.test(word));
    const hasSubcommand =
      /^[a-z-]+$/.test(second) && commands.some((command) => command.startsWith(`${first} `));
    if (!commands.includes(first) || (!hasFlag && !hasSubcommand)) return undefined;
    const refusal = program.refusal(words, false);
    return refusal === undefined ? undefined : ['command', `\`${text}\`: ${refusal}`];
  });
}

/** `npm run NAME`, in blocks and in code. */
function npmScripts(page: OwnPage, { npmScripts: known }: Facts): PlacedDrift[] {
  const inBlocks = page.blocks
    .flatMap((block) => commandsOf(block))
    .map(({ line, words }) => ({ line, text: words.join(' ') }));
  return [...inBlocks, ...page.spans].flatMap(({ line, text }) => {
    const name = /^npm run (?:-\S+ )*([\w:-]+)/.exec(text)?.[1];
    if (name === undefined || known.includes(name)) return [];
    return [finding(page, line, 'npm script', `package.json has no script \`${name}\`.`)];
  });
}

/** "exit status 75", in prose. */
function exitStatuses(page: OwnPage, { exitStatuses: known }: Facts): PlacedDrift[] {
  return page.prose.split('\n').flatMap((text, index) => {
    const statuses = [...text.matchAll(/exit status(?:es)? `?(\d+)/gi)].map(([, status]) => Number(status));
    const unknown = statuses.filter((status) => !known.includes(status));
    return unknown.map((status) =>
      finding(page, index + 1, 'exit status', `No command ends with exit status ${status}.`),
    );
  });
}

const CHECKS: readonly Check[] = [names, flags, bareCommands, npmScripts, exitStatuses];

/** @param judge the kind of thing and what is wrong with it, or undefined */
export function spansOf(
  page: OwnPage,
  judge: (span: Piece) => readonly [string, string] | undefined,
): PlacedDrift[] {
  return page.spans.flatMap((span) => {
    const [kind, message] = judge(span) ?? [];
    return kind === undefined || message === undefined ? [] : [finding(page, span.line, kind, message)];
  });
}

function finding({ file }: OwnPage, line: number, kind: string, message: string): PlacedDrift {
  const fix =
    'Correct the page, or list the name in scripts/drift/foreign-names.ts if it belongs to another program.';
  return driftAt({ file, line }, kind, { message, fix });
}

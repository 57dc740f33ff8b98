import type { CodeBlock } from './markdown.ts';

/** One simple command of a shell: its words, without redirections. */
export interface ShellCommand {
  readonly line: number;
  /** Variables that are set for this command, or before it, such as `LOG_FORMAT=json`. */
  readonly variables: readonly string[];
  readonly words: readonly string[];
}

const SHELLS: readonly string[] = ['sh', 'bash', 'shell', 'zsh'];
/** A session on a terminal: commands begin with a prompt, and everything else is output. */
const SESSIONS: readonly string[] = ['console', 'shell-session', 'shellsession'];
const PROMPT = /^[$#] /;

/** The commands of a block, if its language says that it has commands. */
export function commandsOf({ language, line, text }: CodeBlock): ShellCommand[] {
  if (SHELLS.includes(language)) return shellCommands(text, line);
  if (!SESSIONS.includes(language)) return [];
  const lines = text.split('\n');
  return shellCommands(lines.map((each, index) => typed(each, lines[index - 1])).join('\n'), line);
}

/** What a person typed in this line of a session; empty for output. */
function typed(line: string, previous: string | undefined): string {
  if (PROMPT.test(line)) return line.slice(2);
  return previous !== undefined && PROMPT.test(previous) && previous.endsWith('\\') ? line : '';
}

/** Ends a command; the next word begins another one. */
const SEPARATORS: readonly string[] = ['\n', ';', '|', '&', '(', ')'];

interface Reading {
  readonly commands: ShellCommand[];
  words: string[];
  line: number;
}

/**
 * Reads simple commands. Quotes, continued lines and comments are those of a shell; variables are not expanded. The text of a
 * here-document is read as commands too, which name no program of ours.
 * @param first the line of the first line
 */
export function shellCommands(text: string, first: number): ShellCommand[] {
  const reading: Reading = { commands: [], words: [], line: first };
  // Without these, each of a million `${` that are never closed would search the rest of the text.
  const last = { '}': text.lastIndexOf('}'), '}}': text.lastIndexOf('}}') };
  let line = first;
  let word: string | undefined;
  const endWord = () => {
    if (word === undefined) return;
    if (reading.words.length === 0) reading.line = line;
    reading.words.push(word);
    word = undefined;
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '\\') {
      at += 1;
      if (text[at] === '\n') line += 1;
      else word = (word ?? '') + (text[at] ?? '');
    } else if (character === '"' || character === "'") {
      const end = endOfQuote(text, at);
      const quoted = text.slice(at + 1, end);
      word = (word ?? '') + quoted;
      line += quoted.split('\n').length - 1;
      at = end;
    } else if (character === '#' && word === undefined) {
      const end = text.indexOf('\n', at);
      at = (end < 0 ? text.length : end) - 1;
    } else if (/^\$?\{/.test(text.slice(at, at + 2))) {
      const expansion = expansionAt(text, at, last);
      word = (word ?? '') + expansion;
      at += expansion.length - 1;
    } else if (SEPARATORS.includes(character) && !isInRedirection(text, at)) {
      endWord();
      endCommand(reading);
      if (character === '\n') line += 1;
    } else if (/\s/.test(character)) endWord();
    else word = (word ?? '') + character;
  }
  endWord();
  endCommand(reading);
  return reading.commands;
}

/** `${VARIABLE}`, or a template such as `{{ execution.id }}`, which is filled in before a shell reads it; else one character. */
function expansionAt(text: string, at: number, last: Readonly<Record<'}' | '}}', number>>): string {
  const isTemplate = /^\$?\{\{/.test(text.slice(at, at + 3));
  const closing = isTemplate ? '}}' : '}';
  const isClosed = (isTemplate || text[at] === '$') && at < last[closing];
  const end = isClosed ? text.indexOf(closing, at) : -1;
  return end < 0 ? text.slice(at, at + 1) : text.slice(at, end + closing.length);
}

function endOfQuote(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === quote) return at;
    if (text[at] === '\\' && quote === '"') at += 1;
  }
  return text.length;
}

function endCommand(reading: Reading): void {
  const { commands, words, line } = reading;
  const found = words.findIndex((word) => !LEADING.test(word));
  const first = found < 0 ? words.length : found;
  const variables = words.slice(0, first).flatMap((word) => /^([A-Za-z_]\w*)=/.exec(word)?.[1] ?? []);
  if (words.length > 0) commands.push({ line, variables, words: withoutRedirections(words.slice(first)) });
  reading.words = [];
}

/** Words before the name of a program: variables, and programs and keywords that start another command. */
const LEADING = /^(?:[A-Za-z_]\w*=.*|export|env|exec|time|sudo|nohup|do|then|else|if|while|[!{}])$/s;

/** The `&` of `2>&1` and `&>` ends no command. */
function isInRedirection(text: string, at: number): boolean {
  return text[at] === '&' && (/[<>]/.test(text[at - 1] ?? '') || text[at + 1] === '>');
}

/** A redirection is one word with its target, or two. A placeholder such as `<path>` is a word. */
function withoutRedirections(words: readonly string[]): string[] {
  const isRedirection = (word: string | undefined) =>
    word !== undefined && /^[\d&]?(?:>|<)/.test(word) && !/^<.*>$/.test(word);
  const hasTarget = (word: string | undefined) => word !== undefined && !/[<>]$/.test(word);
  return words.filter((word, index) => {
    const before = words[index - 1];
    return !isRedirection(word) && (!isRedirection(before) || hasTarget(before));
  });
}

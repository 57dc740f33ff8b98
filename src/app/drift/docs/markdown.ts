/** A fenced block of code. */
export interface CodeBlock {
  /** The first word after the fence in lower case, such as `sh`; empty without one. */
  readonly language: string;
  /** The line of the first line of `text`, from 1. */
  readonly line: number;
  /** The lines, without the indent of the fence. */
  readonly text: string;
}

/** A piece of a line of text, with its place. */
export interface Piece {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** What a page of Markdown marks as code or as a link. Everything else is prose, in which nothing is checked. */
export interface Markdown {
  readonly blocks: readonly CodeBlock[];
  /** Code in backticks, without them; a line break in it is a space. */
  readonly spans: readonly Piece[];
  /** Targets of links and images. */
  readonly links: readonly Piece[];
  /** The text without blocks and comments; lines keep their numbers. */
  readonly prose: string;
}

/** Finds the code and the links of a page. Comments of HTML are not part of the page. */
export function readMarkdown(text: string): Markdown {
  const { blocks, prose } = separateBlocks(text.replaceAll('\r\n', '\n').split('\n'));
  const visible = withoutComments(prose);
  const marks = codeMarks(visible);
  const placeOf = placesIn(visible);
  const spans = marks.map(({ start, end, ticks }) => ({
    text: spanText(visible.slice(start + ticks, end - ticks)),
    ...placeOf(start + ticks),
  }));
  const links = [...withoutMarks(visible, marks).matchAll(/\]\(<?([^()\s>]+)/g)].map((match) => ({
    text: match[1] ?? '',
    ...placeOf(match.index),
  }));
  return { blocks, spans, links, prose: visible };
}

interface Fence {
  readonly marks: string;
  readonly indent: number;
  readonly language: string;
  readonly line: number;
  readonly lines: string[];
}

function separateBlocks(lines: readonly string[]): { readonly blocks: CodeBlock[]; readonly prose: string } {
  const blocks: CodeBlock[] = [];
  const prose: string[] = [];
  let open: Fence | undefined;
  const close = ({ language, line, lines: code }: Fence) => {
    blocks.push({ language, line, text: code.join('\n') });
    open = undefined;
  };
  for (const [index, line] of lines.entries()) {
    const start = open === undefined ? fenceIn(line, index) : undefined;
    if (open !== undefined && closes(line, open.marks)) close(open);
    else if (open !== undefined) open.lines.push(withoutIndent(line, open.indent));
    open = start ?? open;
    prose.push(open === undefined && !/^\s*[`~]{3}/.test(line) ? line : '');
  }
  if (open !== undefined) close(open);
  return { blocks, prose: prose.join('\n') };
}

function fenceIn(line: string, index: number): Fence | undefined {
  const [start = '', indent = '', marks] = /^(\s*)(`{3,}|~{3,})/.exec(line) ?? [];
  const rest = line.slice(start.length).trim();
  if (marks === undefined || rest.includes('`')) return undefined;
  const language = /^[\w-]+/.exec(rest)?.[0].toLowerCase() ?? '';
  return { marks, indent: indent.length, language, line: index + 2, lines: [] };
}

function closes(line: string, marks: string): boolean {
  const text = line.trim();
  return text.startsWith(marks) && text === (text[0] ?? '').repeat(text.length);
}

function withoutIndent(line: string, indent: number): string {
  return line.slice(0, indent).trim() === '' ? line.slice(indent) : line;
}

/** Replaces comments by their line breaks, so that lines keep their numbers. */
function withoutComments(text: string): string {
  let kept = '';
  let from = 0;
  for (let start = text.indexOf('<!--'); start >= 0; start = text.indexOf('<!--', from)) {
    const found = text.indexOf('-->', start);
    const end = found < 0 ? text.length : found + '-->'.length;
    kept += text.slice(from, start) + text.slice(start, end).replaceAll(/[^\n]/g, ' ');
    from = end;
  }
  return kept + text.slice(from);
}

interface CodeMark {
  readonly start: number;
  readonly end: number;
  readonly ticks: number;
}

/** Code begins and ends with equally many backticks, in one paragraph. */
function codeMarks(text: string): CodeMark[] {
  const found: CodeMark[] = [];
  let open = new Map<number, number>();
  let free = 0;
  for (const { 0: token, index } of text.matchAll(/`+|\n(?=[ \t]*\n)/g)) {
    if (token === '\n') {
      open = new Map();
      continue;
    }
    const start = open.get(token.length);
    if (start === undefined || start < free) {
      open.set(token.length, index);
      continue;
    }
    free = index + token.length;
    found.push({ start, end: free, ticks: token.length });
    open = new Map();
  }
  return found;
}

function spanText(text: string): string {
  // In the cell of a table, a vertical bar is escaped even in code.
  const line = text.replaceAll(/\n\s*/g, ' ').replaceAll('\\|', '|');
  return line.trim();
}

function withoutMarks(text: string, marks: readonly CodeMark[]): string {
  let kept = '';
  let from = 0;
  for (const { start, end } of marks) {
    kept += text.slice(from, start) + text.slice(start, end).replaceAll(/[^\n]/g, ' ');
    from = end;
  }
  return kept + text.slice(from);
}

/** Converts offsets into lines and columns. */
function placesIn(text: string): (offset: number) => { readonly line: number; readonly column: number } {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

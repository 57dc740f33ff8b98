import { readMarkdown } from '../../src/app/drift/docs/markdown.ts';
import type { Facts } from './facts.ts';
import { driftAt, type PlacedDrift } from './finding.ts';
import type { OwnPage } from './named-things.ts';

const NAME = '`([a-z]+(?:[._][a-z]+)*)`';
/** "the tables `a` and `b`", in prose; a page says "table" of a source's tables too, so only names like ours count. */
const IN_PROSE = new RegExp(`\\btables? ${NAME}(?:(?:,| and|, and| or) ${NAME})?`, 'gi');
/** Tables whose rows describe tables of the database have this word at the head of their first column. */
const HEAD = /^\|\s*(?:table|SQLite)\s*\|/i;

/** Finds tables and columns that a page names and that the migrations do not make. */
export function namedTables(page: OwnPage, facts: Facts): PlacedDrift[] {
  return [...inProse(page, facts), ...inRows(page, facts)];
}

function inProse(page: OwnPage, { tables }: Facts): PlacedDrift[] {
  return page.prose.split('\n').flatMap((text, index) =>
    [...text.matchAll(IN_PROSE)]
      .flatMap(([, first, second]) => [first, second])
      .filter((name) => name !== undefined && !isTable(name, tables))
      .map((name) => finding(page, index + 1, `The migrations make no table \`${name}\`.`)),
  );
}

/** Rows of Markdown tables whose first column names tables, and whose column "columns" names their columns. */
function inRows(page: OwnPage, { tables }: Facts): PlacedDrift[] {
  const found: PlacedDrift[] = [];
  let columnsAt: number | undefined;
  let isOpen = false;
  for (const [index, line] of page.prose.split('\n').entries()) {
    if (!line.startsWith('|')) isOpen = false;
    else if (HEAD.test(line)) {
      isOpen = true;
      const at = cellsOf(line).findIndex((cell) => cell.trim() === 'columns');
      columnsAt = at < 0 ? undefined : at;
    } else if (isOpen && !/^\|[\s:|-]*$/.test(line)) {
      const cells = cellsOf(line);
      const names = namesIn(cells[0] ?? '');
      for (const name of names.filter((each) => !isTable(each, tables))) {
        found.push(finding(page, index + 1, `The migrations make no table \`${name}\`.`));
      }
      const known = names.flatMap((name) => tables.get(name) ?? []);
      const listed = columnsAt === undefined ? [] : namesIn(withoutBrackets(cells[columnsAt] ?? ''));
      for (const column of listed.filter((each) => known.length > 0 && !known.includes(each))) {
        found.push(finding(page, index + 1, `The table ${names.join(', ')} has no column \`${column}\`.`));
      }
    }
  }
  return found;
}

function cellsOf(line: string): string[] {
  return line.split(/(?<!\\)\|/).slice(1, -1);
}

function namesIn(text: string): string[] {
  return readMarkdown(text).spans.map((span) => span.text);
}

/** Values and keys inside of a column are in brackets after it. */
function withoutBrackets(text: string): string {
  return text.replaceAll(/\([^)]*\)/g, '');
}

/** On Postgres the tables of apps are in a schema; on SQLite, its name is a prefix. */
function isTable(name: string, tables: Facts['tables']): boolean {
  return tables.has(name) || tables.has(name.replace('.', '_')) || tables.has(`supasaasy_${name}`);
}

function finding({ file }: OwnPage, line: number, message: string): PlacedDrift {
  return driftAt({ file, line }, 'table', { message, fix: 'Correct the page, or add a migration.' });
}

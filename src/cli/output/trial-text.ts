import type { Trial, TrialStep, TriedRequest, TriedRows } from '../../app/try/trial.ts';
import { printable } from '../../core/text/printable.ts';
import { amount, count } from '../../core/text/count-text.ts';
import type { Style } from './style.ts';
import { wrapIndented } from './wrap.ts';

const INDENT = '  ';
/** The width of a table that is written to a file. */
const FILE_COLUMNS = 120;
const FIELD_WIDTH_MAX = 28;
const VALUE_WIDTH_MIN = 12;
const GAP = '  ';

/**
 * Formats a trial for a person: each request with its response, the first rows, and what a run would warn about.
 * @param columns the width of the terminal; infinite for other outputs
 */
export function trialText(trial: Trial, style: Style, columns: number): string {
  const all = trial.steps.flatMap(({ requests }) => requests);
  const repeated = new Set(all.filter((request, index) => hasSameHeaders(request, all[index - 1])));
  const sections = [
    ...trial.steps.map((step, index) => stepLines(step, index + 1, { repeated, style })),
    rowLines(trial.rows, style, Math.min(columns, FILE_COLUMNS)),
    noteLines(trial, style),
    trial.outcome === 'failed' ? [] : [style.green(conclusion(trial))],
  ];
  const blocks = sections.filter((section) => section.length > 0).map((section) => section.join('\n'));
  return blocks.length === 0 ? '' : `${wrapIndented(blocks.join('\n\n'), columns)}\n`;
}

function hasSameHeaders({ headers }: TriedRequest, before: TriedRequest | undefined): boolean {
  return JSON.stringify(headers) === JSON.stringify(before?.headers);
}

interface Shown {
  /** The requests whose headers were shown with an earlier one. */
  readonly repeated: ReadonlySet<TriedRequest>;
  readonly style: Style;
}

function stepLines({ requests, moreRequests, page }: TrialStep, number: number, shown: Shown): string[] {
  const { style } = shown;
  const more =
    moreRequests === 0 ? [] : [style.dim(`… and ${count(moreRequests)} more requests for this page`)];
  const found =
    page === undefined
      ? []
      : [
          style.bold(`Page ${number}: ${amount(page.records, 'record')}`),
          page.next === null ? 'There is no next page.' : `Next page: ${printable(page.next)}`,
        ];
  return [...requests.flatMap((request) => requestLines(request, shown)), ...more, ...found];
}

function requestLines(request: TriedRequest, { repeated, style }: Shown): string[] {
  const { method, url, headers, secretParameters, body, status, responseHeaders, bytes, milliseconds } =
    request;
  const hidden = secretParameters.map((name) => [`?${name}`, '[redacted]'] as const);
  const sent = [...(repeated.has(request) ? [] : Object.entries(headers)), ...hidden];
  const paint = status < 400 ? style.green : style.red;
  return [
    `${style.bold(method)} ${style.cyan(printable(url))}`,
    ...sent.map(pairLine).map(style.dim),
    ...(body === null ? [] : [`${INDENT}${printable(body)}`]),
    `${paint(`→ ${status}`)}  ${bytes === null ? 'a stream' : amount(bytes, 'byte')} in ${count(milliseconds)} ms`,
    ...Object.entries(responseHeaders).map(pairLine).map(style.dim),
  ];
}

function pairLine([name, value]: readonly [string, string]): string {
  return `${INDENT}${printable(name)}: ${printable(value)}`;
}

/** Each row is a column, so that many fields fit on a terminal. */
function rowLines({ fields, values }: TriedRows, style: Style, columns: number): string[] {
  if (values.length === 0) return [];
  const names = column(['field', ...fields], FIELD_WIDTH_MAX);
  const left = Math.floor((columns - names.width) / values.length) - GAP.length;
  const rows = values.map((row, index) =>
    column([`row ${index + 1}`, ...row.map(valueText)], Math.max(left, VALUE_WIDTH_MIN)),
  );
  const [head = '', ...lines] = names.cells.map((name, line) =>
    [name, ...rows.map(({ cells }) => cells[line] ?? '')].join(GAP).trimEnd(),
  );
  return [style.bold(head), ...lines];
}

/** Cuts the cells of a column to its width, and pads them to the longest. */
function column(texts: readonly string[], widthMax: number): { cells: string[]; width: number } {
  const cut = texts.map(printable).map((text) => {
    return text.length > widthMax ? `${text.slice(0, widthMax - 1)}…` : text;
  });
  const width = Math.max(...cut.map(({ length }) => length));
  return { cells: cut.map((text) => text.padEnd(width)), width };
}

function valueText(value: string | null | undefined): string {
  return value === undefined ? '(absent)' : (value ?? '(null)');
}

function noteLines({ rows, warnings }: Trial, style: Style): string[] {
  return [
    ...(rows.missing.length === 0
      ? []
      : [
          style.yellow(
            `No record has: ${rows.missing.map(printable).join(', ')}. A run fails if none has them.`,
          ),
        ]),
    ...(rows.otherKeys.length === 0
      ? []
      : [`The records also have: ${rows.otherKeys.map(printable).join(', ')}`]),
    ...warnings.map((warning) => style.yellow(`Warning: ${printable(warning)}`)),
  ];
}

function conclusion({ steps, outcome }: Trial): string {
  const records = steps.reduce((sum, { page }) => sum + (page?.records ?? 0), 0);
  const pages = steps.filter(({ page }) => page !== undefined).length;
  const rest = outcome === 'more' ? 'there are more pages' : 'the listing has ended';
  return `${amount(records, 'record')} on ${amount(pages, 'page')}; ${rest}. Nothing was written.`;
}

import { LiquidError, type Liquid, type Template } from 'liquidjs';
import { TEMPLATE_CHARACTERS_MAX } from '../limits.ts';
import { optionalVariables } from './optional-variables.ts';
import { RenderBudget } from './render-budget.ts';
import { RequestValueError, type RequestPlace } from './request-values.ts';
import { engine, requestEngine, uriEngine } from './template-engine.ts';
import { TemplateFailure } from './template-failure.ts';
import { piecesOf } from './uri-marks.ts';
import { uriOf } from './uri-text.ts';

export type TemplatePart = { readonly text: string } | { readonly field: string };

export interface CompiledTemplate {
  readonly source: string;
  /** Top-level variables that it reads from the row, without loop variables and assigned ones. */
  readonly variables: readonly string[];
  /** The variables that a condition or `default` tests, so that rows without them are expected. */
  readonly optional: readonly string[];
  /** Set when the template consists only of text and plain `{{ name }}` outputs: then its parts can simply be joined. */
  readonly plain: readonly TemplatePart[] | undefined;
  /**
   * @throws TemplateFailure when a variable is undefined (null is the empty text), unless a condition or `default` tests it
   * @throws Error when a filter fails or a limit is exceeded
   * @throws BridgeError TEMPLATE_TOO_SLOW when the rows together took too long
   */
  render(scope: Readonly<Record<string, unknown>>): string;
}

/** A syntax error; line and column count from 1, in the template's own text. */
export class TemplateSyntaxError extends Error {
  override readonly name = 'TemplateSyntaxError';
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/**
 * Compiles a template in the Liquid language, with strict variables and filters and without access to files or code.
 * @param budget the time limit for all of its rows; templates of one connector share it
 * @throws TemplateSyntaxError with the position.
 */
export function compileTemplate(source: string, budget = RenderBudget.ofRun()): CompiledTemplate {
  return compile(engine, source, budget);
}

/**
 * Compiles the template of a link: `render` returns a URI, in which each value is percent-encoded for its position. The parts in
 * `plain` are not encoded.
 * @throws TemplateSyntaxError with the position.
 */
export function compileUriTemplate(source: string, budget = RenderBudget.ofRun()): CompiledTemplate {
  const compiled = compile(uriEngine, source, budget);
  return { ...compiled, render: (scope) => uriOf(piecesOf(compiled.render(scope))) };
}

/**
 * Compiles the template of a part of a request. `render` throws RequestValueError for a value that cannot be in that part.
 * @throws TemplateSyntaxError with the position.
 */
export function compileRequestTemplate(
  source: string,
  place: RequestPlace,
  budget = RenderBudget.ofRun(),
): CompiledTemplate {
  return compile(requestEngine(place), source, budget);
}

function compile(liquid: Liquid, source: string, budget: RenderBudget): CompiledTemplate {
  const { parsed, variables } = parse(liquid, source);
  return {
    source,
    variables,
    optional: optionalVariables(parsed, variables),
    plain: plainParts(source, variables),
    render: (scope) => budget.spend((renderLimit) => renderParsed(liquid, parsed, scope, renderLimit)),
  };
}

const UNDEFINED_VARIABLE = /^undefined variable: (.*?)(?:, line:\d+, col:\d+)?$/s;

function renderParsed(
  liquid: Liquid,
  parsed: Template[],
  scope: Readonly<Record<string, unknown>>,
  renderLimit: number,
): string {
  try {
    return String(liquid.renderSync(parsed, scope, { renderLimit }));
  } catch (thrown) {
    if (!LiquidError.is(thrown)) throw thrown;
    const { originalError } = thrown;
    if (originalError instanceof TemplateFailure || originalError instanceof RequestValueError)
      throw originalError;
    const [, field] =
      thrown.name === 'UndefinedVariableError' ? (UNDEFINED_VARIABLE.exec(thrown.message) ?? []) : [];
    throw field === undefined ? thrown : TemplateFailure.missing(field);
  }
}

function parse(
  liquid: Liquid,
  source: string,
): { readonly parsed: Template[]; readonly variables: readonly string[] } {
  // The engine's own limit throws an assertion error, which has no position.
  if (source.length > TEMPLATE_CHARACTERS_MAX) {
    const excess = `it has ${source.length} characters, more than ${TEMPLATE_CHARACTERS_MAX}`;
    throw new TemplateSyntaxError(excess, 1, 1);
  }
  try {
    const parsed = liquid.parse(source);
    return { parsed, variables: [...new Set(liquid.globalVariablesSync(parsed, { partials: false }))] };
  } catch (thrown) {
    if (isStackOverflow(thrown)) {
      throw new TemplateSyntaxError('its tags and brackets are nested too deep', 1, 1);
    }
    if (!LiquidError.is(thrown)) throw thrown;
    const [line, column] = thrown.token.getPosition();
    const message = thrown.message.replace(/, line:\d+, col:\d+$/, '');
    throw new TemplateSyntaxError(message, line ?? 1, column ?? 1);
  }
}

/** The engine processes nested tags recursively, and wraps the errors that it catches. */
function isStackOverflow(thrown: unknown): boolean {
  const original = LiquidError.is(thrown) ? thrown.originalError : thrown;
  return original instanceof RangeError;
}

const PLAIN_OUTPUT = /\{\{[ \t\r\n]*([A-Za-z_][A-Za-z0-9_]*)[ \t\r\n]*\}\}/;

/**
 * Undefined unless the template certainly consists of text and names only, which is checked against Liquid's own list of
 * variables.
 */
function plainParts(source: string, variables: readonly string[]): TemplatePart[] | undefined {
  // Splitting by a pattern with one group puts texts at even indexes and the names at odd ones.
  const pieces = source.split(PLAIN_OUTPUT);
  const texts = pieces.filter((_, index) => index % 2 === 0);
  const fields = pieces.filter((_, index) => index % 2 === 1);
  if (texts.some((text) => text.includes('{{') || text.includes('{%'))) return undefined;
  // `nil`, `true`, `empty` and similar words look like names and are literals; then the lists differ.
  const named = new Set(fields);
  if (named.size !== variables.length || variables.some((variable) => !named.has(variable))) return undefined;
  return pieces
    .map((piece, index): TemplatePart => (index % 2 === 0 ? { text: piece } : { field: piece }))
    .filter((part) => 'field' in part || part.text !== '');
}

import { Liquid, LiquidError, Token, type Template } from 'liquidjs';
import { TEMPLATE_CHARACTERS_MAX, TEMPLATE_MEMORY_MAX, TEMPLATE_RENDER_MS_MAX } from '../core/limits.ts';
import { RenderBudget } from './render-budget.ts';
import { TextLines } from './text-lines.ts';

export type TemplatePart = { readonly text: string } | { readonly field: string };

export interface CompiledTemplate {
  readonly source: string;
  /** Top-level variables that it reads from the row; loop variables and assigned ones are not among them. */
  readonly variables: readonly string[];
  /** Set when the template is only text and plain `{{ name }}` outputs: then it can be rendered by joining. */
  readonly plain: readonly TemplatePart[] | undefined;
  /**
   * @throws Error when a variable is undefined (null is the empty text) or a limit is passed
   * @throws BridgeError TEMPLATE_TOO_SLOW when the rows together took too long
   */
  render(scope: Readonly<Record<string, unknown>>): string;
}

/** Line and column count from 1, in the template's own text. */
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

const engine = createEngine();

/**
 * Compiles a template in the Liquid language, with strict variables and filters and no way to reach files or code.
 * @param budget what all of its rows may take; templates of one connector share it
 * @throws TemplateSyntaxError with the position.
 */
export function compileTemplate(source: string, budget = RenderBudget.ofRun()): CompiledTemplate {
  const { parsed, variables } = parse(source);
  return {
    source,
    variables,
    plain: plainParts(source, variables),
    render: (scope) =>
      budget.spend((renderLimit) => String(engine.renderSync(parsed, scope, { renderLimit }))),
  };
}

function parse(source: string): { readonly parsed: Template[]; readonly variables: readonly string[] } {
  // The engine's own limit is an assertion, which has no position.
  if (source.length > TEMPLATE_CHARACTERS_MAX) {
    const excess = `it has ${source.length} characters, more than ${TEMPLATE_CHARACTERS_MAX}`;
    throw new TemplateSyntaxError(excess, 1, 1);
  }
  try {
    const parsed = engine.parse(source);
    return { parsed, variables: [...new Set(engine.globalVariablesSync(parsed, { partials: false }))] };
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

/** The engine works through nested tags by recursion, and makes an error of its own of what it catches. */
function isStackOverflow(thrown: unknown): boolean {
  const original = LiquidError.is(thrown) ? thrown.originalError : thrown;
  return original instanceof RangeError;
}

function createEngine(): Liquid {
  findPositionsOnce();
  const created = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    fs: noFiles(),
    relativeReference: false,
    dynamicPartials: false,
    // The machine's own zone and language would give one row two checksums.
    timezoneOffset: 0,
    locale: 'en-US',
    parseLimit: TEMPLATE_CHARACTERS_MAX,
    memoryLimit: TEMPLATE_MEMORY_MAX,
    renderLimit: TEMPLATE_RENDER_MS_MAX,
  });
  for (const tag of ['include', 'render', 'layout', 'block']) {
    created.registerTag(tag, {
      parse() {
        throw new Error(`the tag "${tag}" is not available: a template cannot read other files`);
      },
      render: () => '',
    });
  }
  // A document is a function of its row; chance and the clock would change it in every run.
  created.unregisterFilter('sample');
  for (const name of Object.keys(created.filters).filter((filter) => filter.startsWith('date'))) {
    refuseTheClock(created, name);
  }
  return created;
}

/**
 * The engine asks each token for its position when it lists the variables, and each counts the lines from the beginning: for
 * a template of 100,000 characters that took four seconds. No option of the engine leaves the positions out.
 */
function findPositionsOnce(): void {
  let known = { input: '', lines: new TextLines('') };
  Token.prototype.getPosition = function position(this: Token) {
    if (known.input !== this.input) known = { input: this.input, lines: new TextLines(this.input) };
    const { line, column } = known.lines.at(this.begin);
    return [line, column];
  };
}

function refuseTheClock(created: Liquid, name: string): void {
  const original = created.filters[name];
  if (typeof original !== 'function') throw new TypeError(`the filter ${name} of LiquidJS is not a function`);
  created.registerFilter(name, function (value: unknown, ...options: unknown[]): unknown {
    if (value === 'now' || value === 'today')
      throw new Error(`"${value}" would change the document in every run`);
    return original.call(this, value, ...options);
  });
}

/** The file system of a template: there is none. The tags that would ask for it are refused before. */
function noFiles(): NonNullable<NonNullable<ConstructorParameters<typeof Liquid>[0]>['fs']> {
  const refuse = (): never => {
    throw new Error('a template cannot read files');
  };
  return {
    exists: () => Promise.resolve(false),
    existsSync: () => false,
    readFile: refuse,
    readFileSync: refuse,
    resolve: refuse,
    contains: () => Promise.resolve(false),
    containsSync: () => false,
  };
}

const PLAIN_OUTPUT = /\{\{[ \t\r\n]*([A-Za-z_][A-Za-z0-9_]*)[ \t\r\n]*\}\}/;

/** Undefined unless the template is beyond doubt only text and names; Liquid's own list of variables is the witness. */
function plainParts(source: string, variables: readonly string[]): TemplatePart[] | undefined {
  // Splitting by a pattern with one group puts texts at even places and the names between them.
  const pieces = source.split(PLAIN_OUTPUT);
  const texts = pieces.filter((_, index) => index % 2 === 0);
  const fields = pieces.filter((_, index) => index % 2 === 1);
  if (texts.some((text) => text.includes('{{') || text.includes('{%'))) return undefined;
  // `nil`, `true`, `empty` and the like look like names and are literals; then the lists differ.
  const named = new Set(fields);
  if (named.size !== variables.length || variables.some((variable) => !named.has(variable))) return undefined;
  return pieces
    .map((piece, index): TemplatePart => (index % 2 === 0 ? { text: piece } : { field: piece }))
    .filter((part) => 'field' in part || part.text !== '');
}

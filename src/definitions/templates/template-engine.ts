import { AssignTag, Liquid, Token, Value, type Context, type LiquidOptions } from 'liquidjs';
import { TEMPLATE_CHARACTERS_MAX, TEMPLATE_MEMORY_MAX, TEMPLATE_RENDER_MS_MAX } from '../limits.ts';
import { TextLines } from '../yaml/text-lines.ts';
import { requestValue, type RequestPlace } from './request-values.ts';
import { encodingFilter, markValue } from './uri-marks.ts';

/** The tag of the engine treats a missing field as nothing, so a misspelt field would never be noticed. */
class StrictAssign extends AssignTag {
  override *render(context: Context): Generator<unknown, void, unknown> {
    const [value] = this.arguments();
    const [name] = this.localScope();
    if (name === undefined || !(value instanceof Value)) return;
    context.bottom()[name.content] = yield value.value(context, false);
  }
}

/** The engine's filters that encode for URLs. */
const ENCODING_FILTERS = ['url_encode', 'uri_escape', 'cgi_escape'];

function createUriEngine(): Liquid {
  const created = createEngine({ outputEscape: markValue });
  for (const name of ENCODING_FILTERS) {
    const filter = created.filters[name];
    if (filter === undefined) throw new TypeError(`LiquidJS has no filter ${name}`);
    created.registerFilter(name, encodingFilter(filter));
  }
  return created;
}

function createEngine(options: LiquidOptions = {}): Liquid {
  findPositionsOnce();
  const created = new Liquid({
    ...options,
    strictVariables: true,
    // Conditions and `default` handle a missing field themselves.
    lenientIf: true,
    strictFilters: true,
    ownPropertyOnly: true,
    fs: noFiles(),
    relativeReference: false,
    dynamicPartials: false,
    // With the time zone and the language of the machine, one row could get different checksums.
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
  created.registerTag('assign', StrictAssign);
  // A document must depend on its row only; random values and the clock would change it in every run.
  created.unregisterFilter('sample');
  for (const name of Object.keys(created.filters).filter((filter) => filter.startsWith('date'))) {
    refuseTheClock(created, name);
  }
  return created;
}

/**
 * The engine asks each token for its position when it lists the variables, and each token counts the lines from the beginning:
 * for a template of 100,000 characters that took four seconds. The engine has no option to leave the positions out.
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

/** A file system without files for templates. The tags that would use it are refused before. */
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

/**
 * Renders titles and content, with strict variables and filters, and without access to files, code, random values or the clock.
 */
export const engine = createEngine();

/** Renders links, with markers around values. */
export const uriEngine = createUriEngine();

const requestEngines = new Map<RequestPlace, Liquid>();

/** Renders parts of requests. Every value is checked and encoded, so filters that encode it or bypass that do not exist. */
export function requestEngine(place: RequestPlace): Liquid {
  const known = requestEngines.get(place);
  if (known !== undefined) return known;
  const created = createEngine({ outputEscape: (value: unknown) => requestValue(value, place) });
  for (const name of [...ENCODING_FILTERS, 'raw']) created.unregisterFilter(name);
  requestEngines.set(place, created);
  return created;
}

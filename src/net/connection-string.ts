import type { BridgeError } from '../core/errors.ts';
import { shapeProblem, splitAddress, type OtherShape } from './connection-shape.ts';

/** The parts of a connection string that all databases have. */
export interface ConnectionParts {
  readonly host: string;
  /** 0: none given. */
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  /** Empty: none given. */
  readonly database: string;
  /** By the names that the form has for them, whatever other spelling was used. */
  readonly query: URLSearchParams;
  /** An error that names the setting that holds the string, and says what is wrong with it and not what it holds. */
  readonly invalid: Refusal;
}

/** @param what a clause without a full stop, and without any secret */
export type Refusal = (what: string) => BridgeError;

/** How the connection strings of one kind of server look. */
export interface ConnectionForm {
  readonly product: string;
  /** Without `://`; the first is the one that messages name. */
  readonly schemes: readonly [string, ...string[]];
  readonly example: string;
  /** Names of the parameters after `?`, besides `host`, `user` and `password`, which all kinds have. */
  readonly parameters: readonly string[];
  /** Whether names of parameters are the same in any case, and with or without `-` and `_`, as the product has it. */
  readonly looseNames?: boolean;
  /** Other names of parameters that mean just the same. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Parameters of other programs that change nothing here, with the values of which that is true. */
  readonly withoutEffect?: Readonly<Record<string, RegExp>>;
  /** Parameters of other programs that are refused, and what to write instead: an instruction without a full stop. */
  readonly instead?: Readonly<Record<string, string>>;
  readonly otherShapes?: readonly OtherShape[];
  /** Whether who connects may be known without a name, as a managed identity is. */
  readonly userOptional?: boolean;
  /** Whether the driver knows a host by itself, or a parameter names it. */
  readonly hostOptional?: boolean;
}

const PORT_MAX = 65_535;
const NOT_IN_HOSTS = /[\s;=&#"'<>(){}|^`\\@/]/;
const PARAMETERS_OF_ALL = ['host', 'user', 'password'];

/**
 * Reads a connection string, `scheme://user:password@host:port/database?name=value`. Parts may be among the parameters too, and
 * such a parameter wins, as in libpq: `localhost` before `?host=/cloudsql/…` is only there to complete the address.
 * An unknown parameter is refused: a misspelt `sslmode` would otherwise leave a connection without the protection asked for.
 * @throws what `invalid` makes
 */
export function readConnectionString(text: string, form: ConnectionForm, invalid: Refusal): ConnectionParts {
  const trimmed = text.trim();
  const scheme = /^([a-z]+):\/\//.exec(trimmed)?.[1] ?? '';
  if (!form.schemes.includes(scheme)) throw invalid(shapeProblem(trimmed, form.schemes, form.otherShapes));
  const shape = form.otherShapes?.find(([begins]) => begins.test(trimmed));
  if (shape !== undefined) throw invalid(shape[1]);
  const address = splitAddress(trimmed.slice(`${scheme}://`.length), (name) => isNamed(name, form));
  if (address === 'hosts') throw invalid('it names several hosts; write one host, such as the primary');
  if (address === undefined) throw invalid('its host, port or database cannot be read');
  // A plus sign is a plus sign here, as in libpq, and not a blank.
  const given = new URLSearchParams(address.query.replaceAll('+', '%2B'));
  const query = requireKnown(given, form, invalid);
  const user = query.get('user') ?? decode(address.user);
  const host = query.get('host') ?? decode(address.host).replace(/^\[|\]$/g, '');
  if (host.includes(',')) throw invalid('it names several hosts; write one host, such as the primary');
  if (!host.startsWith('/') && NOT_IN_HOSTS.test(host)) throw invalid(hostProblem(host));
  if (host === '' && form.hostOptional !== true) throw invalid('it names no host');
  if (user === '' && form.userOptional !== true) throw invalid('it names no user');
  const { password } = address;
  return {
    host,
    port: address.port === undefined ? 0 : readPort(address.port, invalid),
    user,
    password: query.get('password') ?? (password === undefined ? undefined : decode(password)),
    database: decode(address.database),
    query,
    invalid,
  };
}

function hostProblem(host: string): string {
  return /^[^\\]+\\[^\\]+$/.test(host)
    ? 'its host has a backslash; write the host alone, and an instance as instanceName='
    : 'its host has characters that no host name has';
}

/** @throws what `invalid` makes */
export function readPort(text: string, invalid: Refusal): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= PORT_MAX) return port;
  throw invalid(`its port is not between 1 and ${PORT_MAX}`);
}

/** The parameters that have an effect, under the names that the form has for them. */
function requireKnown(given: URLSearchParams, form: ConnectionForm, invalid: Refusal): URLSearchParams {
  const query = new URLSearchParams();
  for (const [written, value] of given) {
    const name = nameIn(form, written);
    if (name === undefined) {
      if (form.withoutEffect?.[loose(written)]?.test(value) === true) continue;
      throw invalid(problemOf(written, given, form));
    }
    if (query.has(name)) {
      throw invalid(`it has the parameter ${name} twice${name === written ? '' : ` (once as ${written})`}`);
    }
    query.set(name, value);
  }
  return query;
}

/** What a parameter is called in this form; undefined if it is none of its own. */
function nameIn(form: ConnectionForm, written: string): string | undefined {
  const own = [...form.parameters, ...PARAMETERS_OF_ALL];
  if (own.includes(written)) return written;
  const alias = form.aliases?.[written];
  if (alias !== undefined) return alias;
  return form.looseNames === true ? own.find((name) => loose(name) === loose(written)) : undefined;
}

function isNamed(written: string, form: ConnectionForm): boolean {
  const name = loose(written);
  return (
    nameIn(form, written) !== undefined ||
    form.withoutEffect?.[name] !== undefined ||
    form.instead?.[name] !== undefined
  );
}

/** What is wrong with a parameter that has no place here. */
function problemOf(written: string, given: URLSearchParams, form: ConnectionForm): string {
  const name = loose(written);
  const known = [...form.parameters, ...PARAMETERS_OF_ALL];
  const instead = form.instead?.[name];
  if (instead !== undefined) return `it has the parameter ${written}, which is not supported; ${instead}`;
  if (form.withoutEffect?.[name] !== undefined) {
    return `it has the parameter ${written} with a value that is not supported; remove the parameter`;
  }
  // An `&` or a `?` in a password that is not encoded makes the rest of it look like a parameter.
  const pieces = [...given].flat();
  const perhapsPassword = pieces.some((piece) => /password|@/i.test(piece));
  const telling = !perhapsPassword && /^[a-z][\w.-]{0,40}$/i.test(written);
  const which = telling ? `the unknown parameter ${written}` : 'an unknown parameter';
  const meant = known.find((one) => loose(one) === name);
  const advice = telling && meant !== undefined ? `write ${meant}; ` : '';
  return `it has ${which}; ${advice}known are ${known.join(', ')}`;
}

/** A name without its case and its separators: `SSL-Mode` as `sslmode`. */
function loose(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** Percent-decodes, unless it is not percent-encoded: then a `%` is a `%`. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

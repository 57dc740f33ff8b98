import type { BridgeError } from '../core/errors.ts';
import { shapeProblem, splitAddress, type OtherShape } from './connection-shape.ts';

/** The parts of a connection string that all databases have. */
export interface ConnectionParts {
  readonly host: string;
  /** The port; 0 if none is given. */
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  /** The database; empty if none is given. */
  readonly database: string;
  /** The parameters under the names that the form uses, whatever spelling was given. */
  readonly query: URLSearchParams;
  /** Makes an error that names the setting of the connection string and describes the fault without revealing the value. */
  readonly invalid: ToConnectionStringError;
}

/** @param what a clause without a full stop, and without any secret */
export type ToConnectionStringError = (what: string) => BridgeError;

/** The syntax of the connection strings of one kind of server. */
export interface ConnectionForm {
  readonly product: string;
  /** The schemes without `://`. Messages name the first one. */
  readonly schemes: readonly [string, ...string[]];
  readonly example: string;
  /** The names of the parameters after `?`, besides `host`, `user` and `password`, which all kinds have. */
  readonly parameters: readonly string[];
  /** Whether parameter names ignore case and `-` and `_`, as in the product. */
  readonly looseNames?: boolean;
  /** Alternative names of parameters with the same meaning. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Parameters of other programs that have no effect here, each with the values for which that is true. */
  readonly withoutEffect?: Readonly<Record<string, RegExp>>;
  /**
   * Parameters of other programs that are refused, each with an instruction without a full stop that says what to write
   * instead.
   */
  readonly instead?: Readonly<Record<string, string>>;
  readonly otherShapes?: readonly OtherShape[];
  /** Whether the user name is optional, as with a managed identity. */
  readonly userOptional?: boolean;
  /** Whether the host is optional, because the driver knows it or a parameter names it. */
  readonly hostOptional?: boolean;
}

const PORT_MAX = 65_535;
const NOT_IN_HOSTS = /[\s;=&#"'<>(){}|^`\\@/]/;
const PARAMETERS_OF_ALL = ['host', 'user', 'password'];

/**
 * Reads a connection string, `scheme://user:password@host:port/database?name=value`. Its parts may also be given as parameters.
 * Such a parameter takes precedence, as in libpq: `localhost` before `?host=/cloudsql/…` only completes the address. An unknown
 * parameter is refused: a misspelt `sslmode` would otherwise leave the connection without the requested protection.
 * @throws the error that `invalid` makes
 */
export function readConnectionString(
  text: string,
  form: ConnectionForm,
  invalid: ToConnectionStringError,
): ConnectionParts {
  const trimmed = text.trim();
  const scheme = /^([a-z]+):\/\//.exec(trimmed)?.[1] ?? '';
  if (!form.schemes.includes(scheme)) throw invalid(shapeProblem(trimmed, form.schemes, form.otherShapes));
  const shape = form.otherShapes?.find(([begins]) => begins.test(trimmed));
  if (shape !== undefined) throw invalid(shape[1]);
  const address = splitAddress(trimmed.slice(`${scheme}://`.length), (name) => isNamed(name, form));
  if (address === 'hosts') throw invalid('it names several hosts; write one host, such as the primary');
  if (address === undefined) throw invalid('its host, port or database cannot be read');
  // A plus sign is literal here, as in libpq, and does not mean a space.
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

/** @throws the error that `invalid` makes */
export function readPort(text: string, invalid: ToConnectionStringError): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= PORT_MAX) return port;
  throw invalid(`its port is not between 1 and ${PORT_MAX}`);
}

/** The parameters that have an effect, under the names that the form uses. */
function requireKnown(
  given: URLSearchParams,
  form: ConnectionForm,
  invalid: ToConnectionStringError,
): URLSearchParams {
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

/** The name of a parameter in this form; undefined if the form does not have it. */
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

/** Describes what is wrong with a parameter that is not allowed here. */
function problemOf(written: string, given: URLSearchParams, form: ConnectionForm): string {
  const name = loose(written);
  const known = [...form.parameters, ...PARAMETERS_OF_ALL];
  const instead = form.instead?.[name];
  if (instead !== undefined) return `it has the parameter ${written}, which is not supported; ${instead}`;
  if (form.withoutEffect?.[name] !== undefined) {
    return `it has the parameter ${written} with a value that is not supported; remove the parameter`;
  }
  // An `&` or a `?` in a password that is not encoded makes the rest of the password look like a parameter.
  const pieces = [...given].flat();
  const perhapsPassword = pieces.some((piece) => /password|@/i.test(piece));
  const telling = !perhapsPassword && /^[a-z][\w.-]{0,40}$/i.test(written);
  const which = telling ? `the unknown parameter ${written}` : 'an unknown parameter';
  const meant = known.find((one) => loose(one) === name);
  const advice = telling && meant !== undefined ? `write ${meant}; ` : '';
  return `it has ${which}; ${advice}known are ${known.join(', ')}`;
}

/** Normalizes the case and the separators of a name: `SSL-Mode` becomes `sslmode`. */
function loose(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** Percent-decodes a string. If it is not percent-encoded, it stays as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

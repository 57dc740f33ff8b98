/** Recognizes a connection string of another program by its beginning, and says what to write instead. */
export type OtherShape = readonly [begins: RegExp, instead: string];

/** The part of a connection string after its scheme, still percent-encoded. */
interface AddressParts {
  readonly user: string;
  readonly password: string | undefined;
  readonly host: string;
  readonly port: string | undefined;
  readonly database: string;
  readonly query: string;
}

const PLACE = /^(?<host>\[[^\]]+\]|[^:/?]*)(?::(?<port>\d+))?(?:\/(?<database>[^?]*))?$/s;
/** Several hosts, as libpq and related programs accept them. */
const HOSTS = /^[^/?]*,[^/?]*(?:[/?]|$)/;
/** The name of the first parameter of a query. */
const FIRST_NAME = /^([A-Za-z][\w .-]*)=/;

/**
 * Splits `user:password@host:port/database?name=value`. A password may contain any character, encoded or not. The same applies
 * to a parameter, and to a user without a colon or a slash (`user@domain`): the host follows the last `@` before the
 * parameters. The parameters begin at the first `?` that is preceded by a complete address and followed by a name.
 * @param isParameter whether a connection string of this kind may have a parameter of this name
 * @returns `hosts` if there is more than one; undefined if it cannot be parsed
 */
export function splitAddress(
  text: string,
  isParameter: (name: string) => boolean,
): AddressParts | 'hosts' | undefined {
  for (let at = text.indexOf('?'); at >= 0; at = text.indexOf('?', at + 1)) {
    const query = text.slice(at + 1);
    const name = FIRST_NAME.exec(query)?.[1];
    if (name === undefined && query !== '') continue;
    const parts = readAddress(text.slice(0, at), query);
    if (parts === undefined || parts === 'hosts') continue;
    // If no `@` precedes the question mark, it may be part of a password: `ann:12?a=b@db`.
    const alone = !text.slice(0, at).includes('@') && query.includes('@');
    if (!alone || (name !== undefined && isParameter(name))) return parts;
  }
  const end = text.indexOf('?', text.lastIndexOf('@') + 1);
  return end < 0 ? readAddress(text, '') : readAddress(text.slice(0, end), text.slice(end + 1));
}

function readAddress(text: string, query: string): AddressParts | 'hosts' | undefined {
  const at = text.lastIndexOf('@');
  const login = text.slice(0, Math.max(at, 0));
  const colon = login.indexOf(':');
  const user = colon < 0 ? login : login.slice(0, colon);
  const place = text.slice(at + 1);
  if (user.includes('/')) return undefined;
  if (HOSTS.test(place)) return 'hosts';
  const groups = PLACE.exec(place)?.groups;
  if (groups === undefined) return undefined;
  return {
    user,
    password: colon < 0 ? undefined : login.slice(colon + 1),
    host: groups['host'] ?? '',
    port: groups['port'],
    database: groups['database'] ?? '',
    query,
  };
}

/** Connection strings of other programs that users paste for any product. */
const OTHER_SHAPES: readonly OtherShape[] = [
  [/^["'`]/, 'it is in quotation marks; remove them'],
  [/^(?:export\s+)?[A-Z_]+\s*=\s*["']?[a-z]+:\/\//, 'it begins with the name of a variable; remove it'],
  [/^(?:psql|mysql|mariadb|sqlcmd|sqlplus)\s/, 'it is a command; write only the address in it'],
];

/** Describes what is wrong with a string that does not begin as this form does. */
export function shapeProblem(
  text: string,
  schemes: readonly [string, ...string[]],
  otherShapes: readonly OtherShape[] = [],
): string {
  const wanted = `${schemes[0]}://`;
  const shapes: readonly OtherShape[] = [
    ...OTHER_SHAPES,
    [
      new RegExp(`^(?:${schemes.join('|')})\\+\\w+://`, 'i'),
      `the name of a driver follows its scheme; write ${wanted}`,
    ],
    [new RegExp(`^(?:${schemes.join('|')})://`, 'i'), `its scheme is not in lower case; write ${wanted}`],
    ...otherShapes,
  ];
  const problem = shapes.find(([begins]) => begins.test(text))?.[1];
  return `it does not begin with ${wanted}${problem === undefined ? '' : `: ${problem}`}`;
}

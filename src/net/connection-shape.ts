/** A connection string of another program, by how it begins, and what to write instead. */
export type OtherShape = readonly [begins: RegExp, instead: string];

/** A connection string after its scheme, still percent-encoded. */
interface AddressParts {
  readonly user: string;
  readonly password: string | undefined;
  readonly host: string;
  readonly port: string | undefined;
  readonly database: string;
  readonly query: string;
}

const PLACE = /^(?<host>\[[^\]]+\]|[^:/?]*)(?::(?<port>\d+))?(?:\/(?<database>[^?]*))?$/s;
/** Several hosts, as libpq and its kin take them. */
const HOSTS = /^[^/?]*,[^/?]*(?:[/?]|$)/;
/** The name of a parameter, at the beginning of a query. */
const FIRST_NAME = /^([A-Za-z][\w .-]*)=/;

/**
 * Splits `user:password@host:port/database?name=value`. A password may hold any character, encoded or not, and so may the user,
 * without a colon or a slash (`user@domain`), and a parameter: the host is after the last `@` before the parameters. They begin
 * at the first `?` before which there is a whole address, and after which there is a name.
 * @param isParameter whether a name is one that a connection string of this kind may have
 * @returns `hosts` if there is more than one; undefined if it cannot be read
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
    // Without an `@` before it, the question mark may be one of a password: `ann:12?a=b@db`.
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

/** What people paste that is a connection string of another program, of whatever product. */
const OTHER_SHAPES: readonly OtherShape[] = [
  [/^["'`]/, 'it is in quotation marks; remove them'],
  [/^(?:export\s+)?[A-Z_]+\s*=\s*["']?[a-z]+:\/\//, 'it begins with the name of a variable; remove it'],
  [/^(?:psql|mysql|mariadb|sqlcmd|sqlplus)\s/, 'it is a command; write only the address in it'],
];

/** What is wrong with a text that does not begin as this form does. */
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

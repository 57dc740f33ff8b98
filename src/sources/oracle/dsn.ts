import { isThisMachine, type Exposure } from '../../net/exposure.ts';
import { parseConnectionString } from '../sql/connection-string.ts';
import { ORACLE_FORM } from './form.ts';

export interface OracleAddress {
  /** The server, as error messages name it. */
  readonly at: string;
  readonly user: string;
  readonly password: string;
  /** The driver's form: `host:port/service`, a descriptor, or an alias of tnsnames.ora. */
  readonly connectString: string;
  /** The folder that contains tnsnames.ora. */
  readonly configDir: string | undefined;
  readonly walletFolder: string | undefined;
  readonly walletPassword: string | undefined;
}

const PORT_DEFAULT = 1521;
const PORT_TLS_DEFAULT = 2484;
/** The characters that are allowed in a generated descriptor, so that no part can inject another one. */
const PLAIN = /^[\w.$#:-]+$/;

/**
 * Reads a connection string. Besides `host:port/service`, it may have the parameters `sid=`, `protocol=tcps`, `descriptor=` (a
 * whole TNS descriptor), `tns=` with `tnsAdmin=` (an alias and the folder of tnsnames.ora), `wallet=` and `walletPassword=`.
 * @param ref the secret's name, for messages; its value is never in one
 * @throws BridgeError SECRET_INVALID
 */
export function parseOracleDsn(dsn: string, ref: string): OracleAddress {
  const parts = parseConnectionString(dsn, ref, ORACLE_FORM);
  const { host, user, password = '', database: service, query, invalid } = parts;
  const given = (name: string) => query.get(name) ?? undefined;
  const [descriptor, alias, sid] = [given('descriptor'), given('tns'), given('sid')];
  const login = {
    user,
    password,
    configDir: given('tnsAdmin'),
    walletFolder: given('wallet'),
    walletPassword: given('walletPassword'),
  };
  if (descriptor !== undefined) return { ...login, connectString: descriptor, at: 'its descriptor' };
  if (alias !== undefined) return { ...login, connectString: alias, at: alias };
  if (host === '') throw invalid('it names no host');
  const protocol = (given('protocol') ?? 'tcp').toLowerCase();
  if (protocol !== 'tcp' && protocol !== 'tcps') throw invalid('its protocol is not one of tcp, tcps');
  if (service === '' && sid === undefined) {
    throw invalid('it names no service, as in host:1521/service, and no sid=');
  }
  const port = parts.port === 0 ? (protocol === 'tcps' ? PORT_TLS_DEFAULT : PORT_DEFAULT) : parts.port;
  const target = sid === undefined ? `SERVICE_NAME=${service}` : `SID=${sid}`;
  if (!PLAIN.test(host) || !PLAIN.test(sid ?? service)) {
    throw invalid('its host, service or sid has characters that such names do not have');
  }
  return {
    ...login,
    at: `${host}:${port}/${sid ?? service}`,
    connectString: `(DESCRIPTION=(ADDRESS=(PROTOCOL=${protocol})(HOST=${host})(PORT=${port}))(CONNECT_DATA=(${target})))`,
  };
}

const ADDRESS = /\(\s*ADDRESS\s*=(?:\s*\([^()]*\))+\s*\)/gi;

/**
 * What others on the network path could read or change; undefined if nothing, or if only tnsnames.ora determines it. TLS is the
 * driver's only encryption, unless it uses Oracle's own client libraries.
 */
export function oracleExposure({
  connectString,
}: Pick<OracleAddress, 'connectString'>): Exposure | undefined {
  const exposed = (connectString.match(ADDRESS) ?? []).find(
    (address) => /\(\s*PROTOCOL\s*=\s*tcp\s*\)/i.test(address) && !isThisMachine(valueOf('HOST', address)),
  );
  if (exposed === undefined) return undefined;
  return {
    what: `The connection to ${valueOf('HOST', exposed)} is not encrypted (protocol=tcp).`,
    fix: 'Set protocol=tcps in the connection string, or PROTOCOL=TCPS in its descriptor, and wallet= to the folder of the wallet.',
  };
}

function valueOf(name: string, address: string): string {
  const value = new RegExp(`\\(\\s*${name}\\s*=([^()]*)\\)`, 'i').exec(address)?.[1]?.trim() ?? '';
  return /\s/.test(value) ? '' : value;
}

/**
 * The meaning of an error that a pooler between this program and Postgres reports (PgBouncer, Supavisor, pgcat, Odyssey, RDS
 * Proxy). `login`: the user or the password is wrong; `database`: it has no such database, or no pool for it; `mode`: it does
 * not keep a session, or not even a transaction; `full`: it has no connection left; `limit`: one of its timeouts ended the
 * session; `server`: it cannot reach the server; `tls`: it requires TLS; `parameter`: it does not accept a parameter of the
 * session.
 */
export interface PoolerFault {
  readonly kind: 'login' | 'database' | 'mode' | 'full' | 'limit' | 'server' | 'tls' | 'parameter';
  /** The setting that causes `full` or `limit`, if it is known. */
  readonly setting?: string;
}

/**
 * PgBouncer uses the SQLSTATE 08P01 for almost everything, and other poolers use XX000, so only the message identifies the
 * fault. The first match counts: the server's message about a login is part of the pooler's message about the server.
 */
const WORDS: readonly (readonly [RegExp, PoolerFault])[] = [
  [/SSL (?:connection )?(?:is )?required|TLS (?:is )?required|requires TLS/i, { kind: 'tls' }],
  [/no such user|(?:password|SASL|auth|authentication)(?: authentication)? failed/i, { kind: 'login' }],
  [/wrong password|invalid password|incorrect (?:user|password)|login rejected/i, { kind: 'login' }],
  [/(?:tenant or )?user not found|proxy has no credentials|user blocked/i, { kind: 'login' }],
  [
    /no such database|database "?[^\s"]*"? (?:does not exist|is disabled)|database does not allow connections/i,
    { kind: 'database' },
  ],
  [/no pool configured|route for \S+ is not found/i, { kind: 'database' }],
  [/(?:not allowed|not supported|unsupported) in (?:statement|transaction) pooling/i, { kind: 'mode' }],
  [
    /prepared statement "?[^\s"]*"? (?:does not exist|already exists)|prepared statements? (?:\S+ ){0,4}(?:not allowed|not supported|unsupported)/i,
    { kind: 'mode' },
  ],
  [/unsupported startup parameter/i, { kind: 'parameter' }],
  [/proxy (?:\S+ ){0,4}support command-line options/i, { kind: 'parameter' }],
  [
    /no more connections allowed|max_(?:client|db|user)_(?:conn|client)/i,
    { kind: 'full', setting: 'max_client_conn' },
  ],
  [/query_wait_timeout/i, { kind: 'full', setting: 'query_wait_timeout' }],
  [
    /max(?:imum number of)? client connections|max clients reached|too many (?:active )?(?:clients|connections)/i,
    { kind: 'full' },
  ],
  [
    /(?:check ?out|acquire) (?:\S+ ){0,4}(?:connection|process)|could not get connection from the pool/i,
    { kind: 'full' },
  ],
  [/client_idle_timeout/i, { kind: 'limit', setting: 'client_idle_timeout' }],
  [
    /idle_transaction_timeout|idle transaction timeout/i,
    { kind: 'limit', setting: 'idle_transaction_timeout' },
  ],
  [/query_timeout|query timeout/i, { kind: 'limit', setting: 'query_timeout' }],
  [/server_login_retry|server login (?:has been failing|failed)/i, { kind: 'server' }],
  [/(?:pgbouncer cannot|failed to) connect to (?:remote )?server|remote connection/i, { kind: 'server' }],
  [/server conn crashed|all servers down|pgbouncer is shutting down|shut ?down/i, { kind: 'server' }],
];

/**
 * Codes that a pooler can report at any time: PgBouncer's protocol violation, those of prepared statements, and those of
 * others.
 */
const CODES = /^(?:08...|XX000|58000|26000|42P05)$/;
/** While a connection is made, a pooler also uses the codes of the server. */
const CODES_OF_LOGIN = /^(?:28...|3D000|0A000)$/;

/**
 * The fault that a pooler reports; undefined if the message comes from the server itself.
 * @param sqlstate a function of the database that raises an error uses another code, and its message may be anything
 * @param connecting whether the session has not begun
 */
export function poolerFault(sqlstate: string, message: string, connecting: boolean): PoolerFault | undefined {
  if (!CODES.test(sqlstate) && !(connecting && CODES_OF_LOGIN.test(sqlstate))) return undefined;
  return WORDS.find(([words]) => words.test(message))?.[1];
}

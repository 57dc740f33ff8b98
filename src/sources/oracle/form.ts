import type { ConnectionForm } from '../sql/connection-string.ts';

const TCPS = 'write protocol=tcps, and wallet= with the folder of the wallet';
const SERVICE = 'write the service after the host and a slash, as in host:1521/service';
const SECONDS = 'write spec.source.connectTimeoutSeconds in the connector';

/** The syntax of Oracle connection strings. */
export const ORACLE_FORM: ConnectionForm = {
  product: 'Oracle',
  schemes: ['oracle'],
  example: 'oracle://user:password@host:1521/service',
  parameters: ['sid', 'protocol', 'descriptor', 'tns', 'tnsAdmin', 'wallet', 'walletPassword'],
  aliases: {
    TNS_ADMIN: 'tnsAdmin',
    config_dir: 'tnsAdmin',
    wallet_location: 'wallet',
    wallet_password: 'walletPassword',
  },
  withoutEffect: {
    // The driver always does this.
    sslserverdnmatch: /^(?:yes|true|on)$/i,
    encoding: /^UTF-?8$/i,
    nencoding: /^UTF-?8$/i,
  },
  instead: {
    ssl: TCPS,
    sslmode: TCPS,
    usessl: TCPS,
    tls: TCPS,
    encrypt: TCPS,
    sslserverdnmatch: 'the name in the certificate is always checked; remove it',
    sslservercertdn: 'write it into a descriptor, as (SECURITY=(SSL_SERVER_CERT_DN=…)), in descriptor=',
    servicename: SERVICE,
    database: SERVICE,
    dsn: SERVICE,
    port: 'write the port after the host and a colon',
    connecttimeout: SECONDS,
    transportconnecttimeout: SECONDS,
    retrycount: 'remove it: the orchestrator runs the connector again',
    mode: 'remove it: a source is read without the rights of SYSDBA',
    libdir: 'write spec.source.thick in the connector, and set ORACLE_CLIENT_LIB_DIR',
  },
  otherShapes: [
    [
      /^jdbc:oracle:(?:thin|oci):.*@\s*\(/is,
      'it is an address of JDBC with a descriptor; write oracle://user:password@db/?descriptor= and the descriptor, percent-encoded',
    ],
    [
      /^jdbc:/i,
      'it is an address of JDBC; write what follows the @ after oracle://user:password@, with ?sid=NAME for a name after a colon',
    ],
    [
      /^\(\s*DESCRIPTION/i,
      'it is a descriptor alone; write oracle://user:password@db/?descriptor= and the descriptor, percent-encoded',
    ],
    [
      /^[^/\s:]+\/.*@/s,
      'it is a login of sqlplus; write what follows the @ after oracle://user:password@, without // and tcps:',
    ],
  ],
  hostOptional: true,
};

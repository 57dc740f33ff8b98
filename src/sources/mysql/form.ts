import type { ConnectionForm } from '../sql/connection-string.ts';

const MODE = 'write ssl-mode=VERIFY_IDENTITY, or REQUIRED to encrypt without a check of the certificate';
const PLACE = 'write unix_socket=/cloudsql/PROJECT:REGION:INSTANCE, or the address of the instance';
const SECONDS = 'write spec.source.connectTimeoutSeconds in the connector';
const SWITCH = /^(?:true|false|0|1)$/i;

/** The syntax of MySQL and MariaDB connection strings. */
export const MYSQL_FORM: ConnectionForm = {
  product: 'MySQL',
  schemes: ['mysql', 'mariadb'],
  example: 'mysql://user:password@host:3306/database?ssl-mode=VERIFY_IDENTITY',
  parameters: ['ssl-mode', 'ssl-ca', 'ssl-cert', 'ssl-key', 'unix_socket'],
  // Connector/J and Connector/Python use the same names and values without the hyphen.
  aliases: {
    sslMode: 'ssl-mode',
    sslmode: 'ssl-mode',
    ssl_mode: 'ssl-mode',
    ssl_ca: 'ssl-ca',
    ssl_cert: 'ssl-cert',
    ssl_key: 'ssl-key',
    socketPath: 'unix_socket',
    socket: 'unix_socket',
  },
  withoutEffect: {
    charset: /^utf8(?:mb[34])?$/i,
    characterencoding: /^utf-?8$/i,
    useunicode: SWITCH,
    // The driver requests the key by itself when a login without TLS needs it.
    allowpublickeyretrieval: /^true$/i,
    servertimezone: /^(?:UTC|GMT|\+00:00)$/i,
    timezone: /^(?:UTC|Z|\+00:00)$/i,
    loc: /^UTC$/i,
    parsetime: SWITCH,
    connectionlimit: /^\d{1,9}$/,
    pooltimeout: /^\d{1,9}$/,
  },
  instead: {
    usessl: MODE,
    requiressl: MODE,
    verifyservercertificate: MODE,
    ssl: MODE,
    tls: MODE,
    sslaccept: MODE,
    sslverifycert: MODE,
    sslverifyidentity: MODE,
    encrypt: MODE,
    sslrootcert: 'write ssl-ca=FILE',
    sslidentity: 'write ssl-cert=FILE and ssl-key=FILE in PEM',
    trustcertificatekeystoreurl: 'write ssl-ca=FILE with the authority in PEM',
    cloudsqlinstance: PLACE,
    socketfactory: PLACE,
    charset: 'text is read as utf8mb4; remove it',
    servertimezone: 'times are read in UTC; remove it',
    timezone: 'times are read in UTC; remove it',
    connecttimeout: SECONDS,
    connectiontimeout: SECONDS,
    timeout: SECONDS,
    database: 'write the database after the host and a slash',
    port: 'write the port after the host and a colon',
    allowpublickeyretrieval: 'write ssl-mode=REQUIRED: with TLS, no public key is asked for',
  },
  otherShapes: [
    [
      /^jdbc:/i,
      'it is an address of JDBC; remove jdbc:, and write the user and the password before the host',
    ],
    [
      /^[\w ]+=[^;]*;/,
      'it is a list of .NET; write Server, Port, Database, User and Password as an address, and SslMode as ssl-mode=',
    ],
    [/^[^/]*@(?:tcp|unix)\(/, 'it is a DSN of Go; write the same as an address'],
  ],
  hostOptional: true,
};

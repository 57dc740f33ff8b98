import type { ConnectionForm } from '../connection-string.ts';

const SCHEMA = 'write options=-csearch_path%3DNAME, or the schema before each table';
const MODE = 'write sslmode=verify-full, or another mode of libpq';
const PARTS = 'write the host, the port, the user and the password into the connection string';
const ANY_NUMBER = /^\d{1,9}$/;
const SWITCH = /^(?:true|false|0|1)$/;

/** The syntax of the connection string of a Postgres server, for a source and for the state store. */
export const POSTGRES_FORM: ConnectionForm = {
  product: 'Postgres',
  schemes: ['postgres', 'postgresql'],
  example: 'postgres://user:password@host:5432/database?sslmode=verify-full',
  parameters: [
    'port',
    'dbname',
    'application_name',
    'connect_timeout',
    'options',
    'ssl',
    'sslmode',
    'sslrootcert',
    'sslcert',
    'sslkey',
    'sslnegotiation',
    'channel_binding',
  ],
  withoutEffect: {
    // Parameters of Prisma, as Supabase shows them. This program prepares no named statements and uses one connection.
    pgbouncer: SWITCH,
    connectionlimit: ANY_NUMBER,
    pooltimeout: ANY_NUMBER,
    statementcachesize: ANY_NUMBER,
    // Parameters of libpq. These values request the behaviour that happens anyway, or only set how dead connections are
    // detected.
    clientencoding: /^(?:auto|utf-?8)$/i,
    fallbackapplicationname: /(?:)/,
    gssencmode: /^(?:disable|prefer)$/,
    keepalives: SWITCH,
    keepalivesidle: ANY_NUMBER,
    keepalivesinterval: ANY_NUMBER,
    keepalivescount: ANY_NUMBER,
    tcpusertimeout: ANY_NUMBER,
    loadbalancehosts: /^disable$/,
    sslcompression: /^0$/,
    sslsni: /^1$/,
    sslminprotocolversion: /^TLSv1(?:\.[12])?$/,
    targetsessionattrs: /^any$/,
    // A parameter of node-postgres. Here sslmode always has its libpq meaning.
    uselibpqcompat: /^true$/,
  },
  instead: {
    schema: SCHEMA,
    currentschema: SCHEMA,
    searchpath: SCHEMA,
    sslaccept: MODE,
    usessl: MODE,
    requiressl: MODE,
    tls: MODE,
    encrypt: MODE,
    sslfactory: MODE,
    sslca: 'write sslrootcert=FILE',
    sslcrl: 'no list of revoked certificates is read; remove it',
    sslcrldir: 'no list of revoked certificates is read; remove it',
    sslpassword: 'write sslkey=FILE with a key that has no password',
    targetsessionattrs: 'write the host of the server that has them, such as the primary or a standby',
    hostaddr: 'write the address as the host',
    service: PARTS,
    servicefile: PARTS,
    passfile: 'write the password into the connection string',
    requireauth: 'write sslmode=verify-full&channel_binding=require to be sure of the server',
    gssencmode: 'write sslmode=verify-full: connections are encrypted by TLS alone',
    unixsocket: 'write host= with the folder of the socket',
    socket: 'write host= with the folder of the socket',
    cloudsqlinstance: 'write host=/cloudsql/PROJECT:REGION:INSTANCE, or the address of the instance',
    socketfactory: 'write host=/cloudsql/PROJECT:REGION:INSTANCE, or the address of the instance',
    database: 'write the database after the host and a slash, or dbname=',
    username: 'write the user before the host, or user=',
    statementtimeout: 'write options=-cstatement_timeout%3DMILLISECONDS',
    connecttimeout: 'write connect_timeout=SECONDS',
    connectiontimeout: 'write connect_timeout=SECONDS',
    logintimeout: 'write connect_timeout=SECONDS',
    applicationname: 'write application_name=',
  },
  otherShapes: [
    [
      /^jdbc:/i,
      'it is an address of JDBC; remove jdbc:, and write the user and the password before the host',
    ],
    [
      /^[\w ]+=[^;]*;/,
      'it is a list of .NET; write Host, Port, Database, Username and Password as an address, and SSL Mode as sslmode=',
    ],
    [/^[a-z_]+ ?= ?\S/, 'it is a list of keywords of libpq; write the same as an address'],
  ],
};

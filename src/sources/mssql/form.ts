import type { ConnectionForm } from '../sql/connection-string.ts';

const ENCRYPT = 'write encrypt=true, which also checks the certificate, or encrypt=strict';
const LOGIN = 'write authentication=Ntlm&domain=NAME, or a user and a password of SQL Server';
const SECONDS = 'write spec.source.connectTimeoutSeconds in the connector';
const SWITCH = /^(?:true|false|yes|no)$/i;
const ANY_NUMBER = /^\d{1,9}$/;

/** The syntax of SQL Server connection strings. Parameter names ignore case, as in Microsoft's own drivers. */
export const MSSQL_FORM: ConnectionForm = {
  product: 'SQL Server',
  schemes: ['mssql', 'sqlserver'],
  example: 'mssql://user:password@host:1433/database?encrypt=true',
  parameters: [
    'encrypt',
    'trustServerCertificate',
    'hostNameInCertificate',
    'instanceName',
    'authentication',
    'tenantId',
    'domain',
    'database',
  ],
  looseNames: true,
  aliases: { databaseName: 'database' },
  withoutEffect: {
    applicationintent: /^ReadOnly$/i,
    multipleactiveresultsets: SWITCH,
    multisubnetfailover: SWITCH,
    persistsecurityinfo: SWITCH,
    pooling: SWITCH,
    packetsize: ANY_NUMBER,
    loginretries: ANY_NUMBER,
    integratedsecurity: /^(?:false|no)$/i,
    trustedconnection: /^(?:false|no)$/i,
  },
  instead: {
    ssl: ENCRYPT,
    sslmode: ENCRYPT,
    usessl: ENCRYPT,
    tls: ENCRYPT,
    tlsmin: ENCRYPT,
    certificate: 'write spec.source.tls.caFile in the connector',
    servercertificate: 'write spec.source.tls.caFile in the connector',
    truststore: 'write spec.source.tls.caFile in the connector, with the authority in PEM',
    integratedsecurity: LOGIN,
    trustedconnection: LOGIN,
    initialcatalog: 'write the database after the host and a slash',
    server: 'write the host before the slash',
    datasource: 'write the host before the slash',
    port: 'write the port after the host and a colon',
    portnumber: 'write the port after the host and a colon',
    uid: 'write the user before the host',
    userid: 'write the user before the host',
    username: 'write the user before the host',
    driver: 'remove it: the driver is a part of this program',
    connectiontimeout: SECONDS,
    connecttimeout: SECONDS,
    dialtimeout: SECONDS,
    logintimeout: SECONDS,
    applicationintent: 'a source is only read, so ApplicationIntent is ReadOnly; remove it',
    failoverpartner: 'write the host of one server',
    appname: 'remove it: the name is gemini-sync-bridge',
    applicationname: 'remove it: the name is gemini-sync-bridge',
  },
  otherShapes: [
    [
      /^\w+:\/\/[^@/?:;]*(?::\d+)?;.*\b(?:user(?:name| ?id)?|uid|password|pwd|database(?:name)?|encrypt|integratedsecurity|authentication)\s*=/is,
      'its parameters begin with a semicolon; write mssql://user:password@host:port/database?name=value&name=value',
    ],
    [
      /^jdbc:/i,
      'it is an address of JDBC; remove jdbc:, write the user and the password before the host, databaseName= after it and a slash, and ?name=value&name=value for what begins with a semicolon',
    ],
    [
      /^[\w ]+=[^;]*(?:;|$)/,
      'it is a list of ADO.NET or ODBC; write Server, User ID, Password and Initial Catalog (Database) as an address, and Encrypt and TrustServerCertificate as parameters after ?',
    ],
  ],
  userOptional: true,
};

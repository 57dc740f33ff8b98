import { describe, expect, test } from '@jest/globals';
import { BridgeError } from '../../src/core/errors.ts';
import { parseMssqlDsn } from '../../src/sources/mssql/dsn.ts';
import { parseMysqlDsn } from '../../src/sources/mysql/dsn.ts';
import { parseOracleDsn } from '../../src/sources/oracle/dsn.ts';
import { parsePostgresDsn } from '../../src/sources/postgres/dsn.ts';
import { parseDatabaseUrl } from '../../src/database/database-url.ts';
import { growthOf } from '../support/memory/processor-time.ts';

type Read = (dsn: string) => object;
const postgres: Read = (dsn) => parsePostgresDsn(dsn, 'db', undefined);
const mysql: Read = (dsn) => parseMysqlDsn(dsn, 'db', undefined);
const mssql: Read = (dsn) => parseMssqlDsn(dsn, 'db', undefined);
const oracle: Read = (dsn) => parseOracleDsn(dsn, 'db');

const ALL = [
  ['postgres', postgres],
  ['mysql', mysql],
  ['mssql', mssql],
  ['oracle', oracle],
] as const;

function refusal(read: () => unknown): BridgeError {
  try {
    read();
  } catch (thrown) {
    if (thrown instanceof BridgeError) return thrown;
  }
  throw new Error('It was not refused.');
}

/** Every value in the strings below has this in it; no message may. */
const SECRET = 's3cr3t';

describe.each(ALL)('the host, the user and the password of a %s address', (scheme, read) => {
  test.each([
    ['user@server:s3cr3t@db.example.com:1234/hr', { user: 'user@server', password: SECRET }],
    ['sync@my-project.iam:s3cr3t@db.example.com:1234/hr', { user: 'sync@my-project.iam', password: SECRET }],
    ['user%40server:s3cr3t%40word@db.example.com:1234/hr', { user: 'user@server', password: 's3cr3t@word' }],
    ['ann:s3cr3t@word@db.example.com:1234/hr', { user: 'ann', password: 's3cr3t@word' }],
    ['ann:s3cr3t?word/@db.example.com:1234/hr', { user: 'ann', password: 's3cr3t?word/' }],
    ['ann:1?s3cr3t=@db.example.com:1234/hr', { user: 'ann', password: '1?s3cr3t=' }],
    ['ann:s3cr3t@localhost/hr?host=db.example.com', { user: 'ann', password: SECRET }],
    ['db.example.com:1234/hr?user=ann@corp&password=s3cr3t', { user: 'ann@corp', password: SECRET }],
    [
      '/hr?host=db.example.com&user=ann@corp&password=s3cr3t@word',
      { user: 'ann@corp', password: 's3cr3t@word' },
    ],
  ])('are read from %s', (rest, { user, password }) => {
    const address = JSON.stringify(read(`${scheme}://${rest}`));
    expect(address).toContain('db.example.com');
    expect(address).toContain(JSON.stringify(user));
    expect(address).toContain(JSON.stringify(password));
    expect(address).not.toContain('localhost');
  });

  test.each([
    ['ann:s3cr3t@db1:5432,db2:5432/hr', 'several hosts'],
    ['ann:s3cr3t@db1,db2/hr', 'several hosts'],
    ['ann:s3cr3t@db/hr?host=db1,db2', 'several hosts'],
    ['ann:s3cr3t@db;user=x/hr', 'characters that no host name has'],
    ['ann:s3cr3t@corp\\db/hr', 'backslash'],
    ['ann:s3cr3t@db/hr?host=a&host=b', 'parameter host twice'],
    ['ann:x@s3cr3t?s3cr3t=1@db/hr', 'an unknown parameter'],
  ])('are refused in %s', (rest, words) => {
    const { code, message, hint = '' } = refusal(() => read(`${scheme}://${rest}`));
    expect(code).toBe('SECRET_INVALID');
    expect(message).toContain(words);
    expect(message + hint).not.toContain(SECRET);
  });

  test.each([
    [`"${scheme}://ann:s3cr3t@db/hr"`, 'quotation marks'],
    [`DATABASE_URL=${scheme}://ann:s3cr3t@db/hr`, 'name of a variable'],
    [`psql '${scheme}://ann:s3cr3t@db/hr'`, 'it is a command'],
    [`${scheme}+driver://ann:s3cr3t@db/hr`, 'name of a driver'],
    [`${scheme.toUpperCase()}://ann:s3cr3t@db/hr`, 'not in lower case'],
    [`jdbc:${scheme}://db/hr?user=ann&password=s3cr3t`, 'address of JDBC'],
  ])('are refused in %s, which is not an address', (text, words) => {
    const { message, hint = '' } = refusal(() => read(text));
    expect(message).toContain(words);
    expect(message + hint).not.toContain(SECRET);
  });
});

describe('a connection string from the pages of a provider', () => {
  test.each<[Read, string, object]>([
    [
      postgres,
      'postgresql://ann:pw@ep-x-pooler.eu.aws.neon.tech/neondb?sslmode=require&channel_binding=require',
      { database: 'neondb', tls: { mode: 'require', channelBinding: true } },
    ],
    [
      postgres,
      'postgres://ann:pw@localhost/hr?host=/cloudsql/my-project:europe-west1:db',
      { host: '/cloudsql/my-project:europe-west1:db', database: 'hr' },
    ],
    [
      postgres,
      'postgresql://postgres.abc:pw@aws-0.pooler.supabase.com:6543/postgres?pgbouncer=true&connection_limit=1',
      { host: 'aws-0.pooler.supabase.com', port: 6543, user: 'postgres.abc' },
    ],
    [
      postgres,
      'postgres://ann:pw@x.rds.amazonaws.com:5432/hr?sslmode=verify-full&sslrootcert=global-bundle.pem',
      { tls: { mode: 'verify-full', caFile: 'global-bundle.pem' } },
    ],
    [postgres, 'postgres://ann:pw@db/hr?ssl=true', { tls: { mode: 'require' } }],
    [postgres, 'postgres://ann:pw@db/hr?ssl=true&sslmode=verify-full', { tls: { mode: 'verify-full' } }],
    [postgres, 'postgres://ann:pw@db/hr?dbname=other&port=6000', { database: 'other', port: 6000 }],
    [
      postgres,
      'postgres://ann:pw@db/hr?application_name=sync@kestra',
      { host: 'db', applicationName: 'sync@kestra' },
    ],
    [postgres, 'postgres://ann:pw@db/hr?options=-c search_path=x', { options: '-c search_path=x' }],
    [
      postgres,
      'postgres://ann:pw@db/hr?target_session_attrs=any&keepalives_idle=30&client_encoding=UTF8',
      { host: 'db' },
    ],
    [
      mysql,
      'mysql://ann:pw@localhost/hr?unix_socket=/cloudsql/p:r:i',
      { host: '/cloudsql/p:r:i', tls: { mode: 'DISABLED' } },
    ],
    [
      mysql,
      'mysql://ann:pw@/hr?socketPath=/cloudsql/p:r:i&ssl-mode=REQUIRED',
      { host: '/cloudsql/p:r:i', tls: { mode: 'REQUIRED' } },
    ],
    [mysql, 'mysql://ann:pw@db/hr?sslMode=VERIFY_IDENTITY', { tls: { mode: 'VERIFY_IDENTITY' } }],
    [mysql, 'mysql://ann:pw@db/hr?ssl_ca=/ca.pem', { tls: { mode: 'VERIFY_IDENTITY', caFile: '/ca.pem' } }],
    [
      mysql,
      'mysql://ann:pw@db/hr?sslmode=required&charset=utf8mb4&allowPublicKeyRetrieval=true',
      { tls: { mode: 'REQUIRED' } },
    ],
    [mssql, 'sqlserver://ann:pw@db:1433?database=hr&encrypt=true', { database: 'hr', encrypt: true }],
    [mssql, 'mssql://ann:pw@db/hr?Encrypt=strict', { database: 'hr', encrypt: 'strict' }],
    [
      mssql,
      'mssql://ann@srv:pw@srv.database.windows.net/hr?TrustServerCertificate=False',
      { user: 'ann@srv', trustServerCertificate: false },
    ],
    [mssql, 'mssql://ann:pw@db/?databaseName=hr&applicationIntent=ReadOnly', { database: 'hr' }],
    [
      oracle,
      'oracle://ann:pw@db:2484/hr?protocol=tcps&wallet_location=/w&ssl_server_dn_match=yes',
      { walletFolder: '/w' },
    ],
    [
      oracle,
      'oracle://ann:pw@/?tns=HR&TNS_ADMIN=/etc/oracle',
      { connectString: 'HR', configDir: '/etc/oracle' },
    ],
  ])('%# is read: %s', (read, dsn, expected) => {
    expect(read(dsn)).toMatchObject(expected);
  });

  test.each<[Read, string, string, string]>([
    [postgres, 'postgres://ann:s3cr3t@db/hr?schema=s3cr3t', 'parameter schema', 'options=-csearch_path'],
    [
      postgres,
      'postgres://ann:s3cr3t@db/hr?currentSchema=s3cr3t',
      'parameter currentSchema',
      'options=-csearch_path',
    ],
    [postgres, 'postgres://ann:s3cr3t@db/hr?sslaccept=strict', 'parameter sslaccept', 'sslmode=verify-full'],
    [postgres, 'postgres://ann:s3cr3t@db/hr?useSSL=true', 'parameter useSSL', 'sslmode=verify-full'],
    [postgres, 'postgres://ann:s3cr3t@db/hr?SSLMODE=require', 'parameter SSLMODE', 'write sslmode'],
    [postgres, 'postgres://ann:s3cr3t@db/hr?ssl=s3cr3t', 'ssl is not true', 'sslmode'],
    [postgres, 'postgres://ann:s3cr3t@db/hr?ssl=true&sslmode=disable', 'contradict', 'ssl=true'],
    [postgres, 'postgres://ann:s3cr3t@db/hr?service=s3cr3t', 'parameter service', 'write the host'],
    [postgres, 'postgres://ann:s3cr3t@db/hr?passfile=s3cr3t', 'parameter passfile', 'write the password'],
    [
      postgres,
      'postgres://ann:s3cr3t@db/hr?target_session_attrs=read-write',
      'parameter target_session_attrs',
      'write the host',
    ],
    [
      postgres,
      'postgres://ann:s3cr3t@db/hr?gssencmode=require',
      'parameter gssencmode',
      'sslmode=verify-full',
    ],
    [
      postgres,
      'postgres://ann:s3cr3t@db/hr?channel_binding=s3cr3t',
      'channel_binding is not one of',
      'require',
    ],
    [postgres, 'postgres://ann:s3cr3t@db/hr?channel_binding=require', 'needs TLS', 'sslmode=require'],
    [postgres, 'host=db user=ann password=s3cr3t', 'keywords of libpq', 'as an address'],
    [postgres, 'Server=db;Database=hr;User Id=ann;Password=s3cr3t;Ssl Mode=Require;', '.NET', 'sslmode='],
    [mysql, 'mysql://ann:s3cr3t@db/hr?useSSL=true', 'parameter useSSL', 'ssl-mode='],
    [mysql, 'mysql://ann:s3cr3t@db/hr?requireSSL=true', 'parameter requireSSL', 'ssl-mode='],
    [mysql, 'mysql://ann:s3cr3t@db/hr?tls=true', 'parameter tls', 'ssl-mode='],
    [mysql, 'mysql://ann:s3cr3t@db/hr?sslaccept=strict', 'parameter sslaccept', 'ssl-mode='],
    [mysql, 'mysql://ann:s3cr3t@db/hr?ssl={"rejectUnauthorized":true}', 'parameter ssl', 'ssl-mode='],
    [mysql, 'mysql://ann:s3cr3t@db/hr?sslmode=verify-full', 'ssl-mode is not one of', 'VERIFY_IDENTITY'],
    [mysql, 'mysql://ann:s3cr3t@db/hr?charset=latin1', 'parameter charset', 'utf8mb4'],
    [
      mysql,
      'mysql://ann:s3cr3t@db/hr?ssl-mode=REQUIRED&sslMode=DISABLED',
      'ssl-mode twice',
      'once as sslMode',
    ],
    [mysql, 'mysql://ann:s3cr3t@/hr?unix_socket=s3cr3t', 'unix_socket is not a path', '/'],
    [
      mysql,
      'mysql://ann:s3cr3t@/hr?unix_socket=/s&ssl-mode=VERIFY_IDENTITY',
      'VERIFY_IDENTITY needs a host name',
      'VERIFY_CA',
    ],
    [mysql, 'mysql://ann:s3cr3t@/hr', 'names no host', ''],
    [mysql, 'ann:s3cr3t@tcp(db:3306)/hr?tls=true', 'a DSN of Go', 'as an address'],
    [
      mssql,
      'Server=tcp:db.database.windows.net,1433;Initial Catalog=hr;User ID=ann;Password=s3cr3t;Encrypt=True;',
      'ADO.NET',
      'as an address',
    ],
    [
      mssql,
      'jdbc:sqlserver://db:1433;databaseName=hr;user=ann;password=s3cr3t',
      'address of JDBC',
      '?name=value',
    ],
    [
      mssql,
      'sqlserver://db:1433;database=hr;user=ann@corp;password=s3cr3t;encrypt=true',
      'semicolon',
      'mssql://user:password@',
    ],
    [mssql, 'sqlserver://ann:s3cr3t@db/instance?database=hr', 'a database twice', 'instanceName='],
    [mssql, 'mssql://ann:s3cr3t@db/hr?sslmode=require', 'parameter sslmode', 'encrypt=true'],
    [
      mssql,
      'mssql://ann:s3cr3t@db/hr?Integrated Security=true',
      'parameter Integrated Security',
      'authentication=Ntlm',
    ],
    [mssql, 'mssql://ann:s3cr3t@db/hr?encrypt=disable', 'encrypt is not one of', 'false'],
    [oracle, 'jdbc:oracle:thin:@db:1521/hr', 'address of JDBC', 'oracle://user:password@'],
    [
      oracle,
      'jdbc:oracle:thin:ann/s3cr3t@(DESCRIPTION=(ADDRESS=(HOST=db)))',
      'with a descriptor',
      'descriptor=',
    ],
    [oracle, '(DESCRIPTION=(ADDRESS=(PROTOCOL=tcps)(HOST=db)(PORT=1)))', 'descriptor alone', 'descriptor='],
    [oracle, 'ann/s3cr3t@//db:1521/hr', 'login of sqlplus', 'oracle://user:password@'],
    [oracle, 'oracle://ann:s3cr3t@db/?service_name=hr', 'parameter service_name', 'host:1521/service'],
    [oracle, 'oracle://ann:s3cr3t@db/hr?sslmode=require', 'parameter sslmode', 'protocol=tcps'],
    [
      oracle,
      'oracle://ann:s3cr3t@db/hr?ssl_server_dn_match=no',
      'parameter ssl_server_dn_match',
      'always checked',
    ],
    [oracle, 'oracle://ann:s3cr3t@/hr', 'names no host', ''],
  ])('%# is refused: %s', (read, dsn, what, write) => {
    const { code, message, hint = '' } = refusal(() => read(dsn));
    expect(code).toBe('SECRET_INVALID');
    expect(message).toContain(what);
    expect(message).toContain(write);
    expect(message + hint).not.toContain(SECRET);
  });

  test('is read in DATABASE_URL as in the secret of a source', () => {
    expect(parseDatabaseUrl('postgres://a@b.iam:pw@localhost/hr?host=/cloudsql/p:r:i')).toMatchObject({
      host: '/cloudsql/p:r:i',
      user: 'a@b.iam',
    });
    const { code, message } = refusal(() => parseDatabaseUrl('postgres://a@db/hr?schema=x'));
    expect(code).toBe('ENVIRONMENT_INVALID');
    expect(message).toContain('options=-csearch_path');
  });
});

describe.each(ALL)('a hostile connection string for %s', (scheme, read) => {
  test.each<[string, (size: number) => string]>([
    ['separators', (size) => `${scheme}://${'@:/'.repeat(size / 3)}`],
    ['hosts', (size) => `${scheme}://u:p@${'h,'.repeat(size / 2)}h/d`],
    ['brackets', (size) => `${scheme}://u:p@${'['.repeat(size)}/d`],
    ['percent signs', (size) => `${scheme}://u:${'%'.repeat(size)}@h/d`],
    ['blanks', (size) => `${scheme}://u:p@h${' '.repeat(size)}x/d`],
    ['parameters', (size) => `${scheme}://u:p@h/d?${'a=b&'.repeat(size / 4)}`],
    ['question marks', (size) => `${scheme}://u:p@h/d${'?'.repeat(size)}`],
    ['pairs of another form', (size) => 'Server=a;'.repeat(size / 9)],
    ['brackets of another form', (size) => '(DESCRIPTION='.repeat(size / 13)],
  ])('is refused or read in a time that is linear in its length: %s', async (_, text) => {
    const work = (size: number) => {
      try {
        read(text(size));
      } catch (thrown) {
        if (!(thrown instanceof BridgeError)) throw thrown;
      }
    };
    expect(await growthOf(work, 100_000)).toBe('linear');
  });
});

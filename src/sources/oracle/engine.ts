import type { SqlSourceSpec } from '../../definitions/connector/types.ts';
import { SOURCE_CONNECT_SECONDS_DEFAULT, SOURCE_STATEMENT_SECONDS_DEFAULT } from '../limits.ts';
import { OracleClient, useThickClient } from './client.ts';
import { parseOracleDsn, type OracleAddress } from './dsn.ts';
import { oracleError } from './errors.ts';
import { oracleColumn, type OracleColumn } from './types.ts';
import type { RowPolicy } from '../opened-source.ts';
import type { RowWriter } from '../sql/row-writer.ts';
import type { BoundWatermark, SqlEngine, SqlSession } from '../sql/engine.ts';

/**
 * The placeholder of the watermark until its column's type is known. It is longer than any name that a query could use for it.
 */
const PLACEHOLDER = ':gemini_sync_bridge_watermark';

/** The settings that change how a value is written, in particular a decimal comma. */
const SESSION =
  "ALTER SESSION SET TIME_ZONE = '+00:00' NLS_NUMERIC_CHARACTERS = '.,' NLS_CALENDAR = 'GREGORIAN'";

/** The policies of Oracle's own schemas exist in every database and are ignored. An exempt user sees every row. */
const POLICIES = `SELECT POLICY_NAME, OBJECT_OWNER, OBJECT_NAME FROM ALL_POLICIES
WHERE ENABLE = 'YES' AND SEL = 'YES'
AND OBJECT_OWNER NOT IN (SELECT USERNAME FROM ALL_USERS WHERE ORACLE_MAINTAINED = 'Y')
AND NOT EXISTS (SELECT NULL FROM SESSION_PRIVS WHERE PRIVILEGE = 'EXEMPT ACCESS POLICY')
ORDER BY 2, 3, 1`;

const PRESENT = "SELECT TO_CHAR(SYS_EXTRACT_UTC(SYSTIMESTAMP), 'YYYY-MM-DD HH24:MI:SS.FF6') FROM DUAL";

/**
 * Creates the engine for Oracle.
 * @param clientLibDir the folder of the Oracle Client libraries for `thick: true`; if undefined, the system finds them
 * @throws BridgeError SECRET_INVALID
 */
export function oracleEngine(spec: SqlSourceSpec, dsn: string, clientLibDir?: string): SqlEngine {
  const address = parseOracleDsn(dsn, spec.secretRef);
  const place = { at: address.at, user: address.user, secretRef: spec.secretRef };
  const lowestNumber = `-${'9'.repeat(38)}`;
  return {
    identity: JSON.stringify(place),
    placeholder: () => PLACEHOLDER,
    lowest: {
      timestamp: ['0001-01-01', '0002-01-01', '1970-01-02'].map((day) => `${day} 00:00:00`),
      timestamptz: ['0001-01-01', '0002-01-01', '1970-01-02'].map((day) => `${day} 00:00:00+00`),
      integer: [lowestNumber, '0'],
      decimal: [lowestNumber, '0'],
    },
    open: () => new OracleSession(spec, address, clientLibDir),
    errorOf: (thrown, phase, query) => oracleError(thrown, place, phase, query),
  };
}

class OracleSession implements SqlSession {
  readonly repeatable = true;
  readonly #spec: SqlSourceSpec;
  readonly #client: OracleClient;
  readonly #clientLibDir: string | undefined;
  #columns: readonly OracleColumn[] = [];

  constructor(spec: SqlSourceSpec, address: OracleAddress, clientLibDir: string | undefined) {
    this.#spec = spec;
    this.#clientLibDir = clientLibDir;
    this.#client = new OracleClient(address, {
      connectSeconds: spec.connectTimeoutSeconds ?? SOURCE_CONNECT_SECONDS_DEFAULT,
      statementSeconds: spec.statementTimeoutSeconds ?? SOURCE_STATEMENT_SECONDS_DEFAULT,
    });
  }

  async connect(): Promise<void> {
    if (this.#spec.thick === true) useThickClient(this.#clientLibDir);
    await this.#client.connect();
    await this.#client.run(SESSION);
    await this.#client.run('SET TRANSACTION READ ONLY');
  }

  async describe(query: string): Promise<readonly OracleColumn[] | undefined> {
    const fields = await this.#client.fields(query);
    this.#columns = fields?.map(oracleColumn) ?? [];
    return fields && this.#columns;
  }

  /**
   * Runs the query inside another one, in which the database itself writes values that the driver would truncate, in particular
   * times.
   */
  async read(query: string, from: BoundWatermark | undefined, out: RowWriter): Promise<void> {
    const column = from && this.#columns[from.index];
    const bound =
      column === undefined ? query : query.replaceAll(PLACEHOLDER, column.watermark(':watermark'));
    const list = this.#columns.map(({ name, expression }) => {
      const quoted = `"${name}"`;
      return `${expression(quoted)} AS ${quoted}`;
    });
    const binds = from === undefined ? {} : { watermark: from.text.replace(/\+00$/, '') };
    await this.#client.read(`SELECT ${list.join(', ')} FROM (\n${bound}\n)`, binds, this.#columns, out);
  }

  async rowPolicies(): Promise<readonly RowPolicy[]> {
    const rows = await this.#client.texts(POLICIES);
    return rows.map(([name = '', schema = '', table = '']) => ({ name, schema, table }));
  }

  present(): Promise<string> {
    return this.#client.value(PRESENT);
  }

  resume(): void {
    this.#client.resume();
  }

  cancel(): Promise<void> {
    return this.#client.cancel();
  }

  end(): Promise<void> {
    return this.#client.end();
  }

  destroy(): void {
    this.#client.destroy();
  }
}

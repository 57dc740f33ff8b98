/**
 * Names in the documentation that look like names of this program and belong to others. Everything that is not listed here must exist in this
 * program.
 */

/** Names in capital letters, by the program that has them. */
export const FOREIGN_NAMES: ReadonlySet<string> = new Set([
  // Databases
  'ALL_POLICIES',
  'BINARY_DOUBLE',
  'BINARY_FLOAT',
  'CONCAT_WS',
  'DBMS_RLS',
  'GROUP_CONCAT',
  'JSON_SERIALIZE',
  'ORA_ROWSCN',
  'SYS_EXTRACT_UTC',
  'TO_CHAR',
  'UNDO_RETENTION',
  'VERIFY_CA',
  'VERIFY_IDENTITY',
  // Errors of APIs
  'REQUEST_LIMIT_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  // Variables that only tests read
  'MSSQL_TEST_URL',
  'ORACLE_TEST_URL',
  // Names of secrets
  'CRM_OAUTH',
  'HR_DB',
  'HR_DB_CREDENTIALS',
  // Kestra
  'CI_WEBHOOK_KEY',
  'ENV_GSB_HOME',
  'KESTRA_API_TOKEN',
]);

/** Options of other programs, and of scripts in this repository. */
export const FOREIGN_FLAGS: ReadonlySet<string> = new Set(['--base', '--set-file']);

/** Paths of URLs and of files on other machines. */
export const FOREIGN_PATHS: ReadonlySet<string> = new Set([
  '/public/',
  '/v1/traces',
  '/opt/gemini-sync-bridge',
  '/workspace',
]);

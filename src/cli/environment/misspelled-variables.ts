import { nearest } from '../../definitions/nearest.ts';

/** Variables with names that only this program uses, so that a similar name is probably a misspelling; other programs use names such as S3_ENDPOINT. */
const OWN: readonly string[] = [
  'ADMIN_API_KEY',
  'CONNECTORS_DIR',
  'DATABASE_URL',
  'DISCOVERY_ENGINE_ENDPOINT',
  'GEMINI_INGESTION_DRY_RUN',
  'KESTRA_RUN_URL_TEMPLATE',
  'LOG_FORMAT',
  'LOG_LEVEL',
  'MANAGED_SECRET_ENCRYPTION_KEY',
  'MANAGED_SECRET_ENCRYPTION_KEY_FILE',
  'MAX_RETRIES',
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'ORACLE_CLIENT_LIB_DIR',
  'POLICY_FILE',
  'RETRY_BACKOFF_SECONDS',
  'SESSION_SECRET',
  'SPLUNK_HEC_TOKEN',
  'SPLUNK_HEC_URL',
  'SPLUNK_RUN_URL_TEMPLATE',
  'SSO_RIGHTS',
  'SSO_USER_HEADER',
  'SYNC_ALLOWED_ORIGINS',
  'SYNC_REQUESTS_PER_MINUTE',
  'TEAMS_WEBHOOK_URL',
  'TRUSTED_PROXY_ADDRESSES',
];

/**
 * Finds variables with a name that is similar to one of this program, which is not set.
 * @param names the variables that are set
 */
export function misspelledVariables(names: readonly string[]): { given: string; meant: string }[] {
  const unset = OWN.filter((name) => !names.includes(name));
  return names
    .filter((name) => !OWN.includes(name) && !name.startsWith('SECRET_'))
    .flatMap((given) => {
      const meant = nearest(given, unset);
      return meant === undefined ? [] : [{ given, meant }];
    });
}

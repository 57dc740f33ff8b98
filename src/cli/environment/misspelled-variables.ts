import { nearest } from '../../definitions/nearest.ts';

/** Variables with names that only this program uses, so that a similar name is probably a misspelling; other programs use names such as S3_ENDPOINT. */
const OWN: readonly string[] = [
  'ADMIN_API_KEY',
  'AUDIT_RETENTION_DAYS',
  'CONNECTORS_DIR',
  'DATABASE_URL',
  'DISCOVERY_ENGINE_ENDPOINT',
  'GEMINI_INGESTION_DRY_RUN',
  'GITHUB_API_URL',
  'GITHUB_APP_ID',
  'GITHUB_APP_INSTALLATION_ID',
  'GITHUB_APP_PRIVATE_KEY_FILE',
  'GITHUB_BASE_BRANCH',
  'GITHUB_CA_FILE',
  'GITHUB_REPO',
  'GITHUB_TOKEN',
  'KESTRA_RUN_URL_TEMPLATE',
  'LOG_FORMAT',
  'LOG_LEVEL',
  'MANAGED_SECRET_ENCRYPTION_KEY',
  'MANAGED_SECRET_ENCRYPTION_KEY_FILE',
  'MAX_RETRIES',
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'ORACLE_CLIENT_LIB_DIR',
  'ROW_KERNEL',
  'POLICY_FILE',
  'RETRY_BACKOFF_SECONDS',
  'SESSION_SECRET',
  'SPLUNK_HEC_TOKEN',
  'SPLUNK_HEC_URL',
  'SPLUNK_RUN_URL_TEMPLATE',
  'SSO_GROUPS_HEADER',
  'SSO_GROUP_RIGHTS',
  'SSO_RIGHTS',
  'SSO_USER_HEADER',
  'STUDIO_CONNECTORS_PATH',
  'STUDIO_HELM_VALUES_PATH',
  'STUDIO_KESTRA_FLOWS_PATH',
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

import { MANAGED_KEY_VARIABLES } from './managed-keys.ts';
import type { RunKind } from '../../pipeline/ports/state-port.ts';

/** Variables that `run` itself reads: those of environment.ts and telemetry.ts, without those of the server. */
const OF_RUN: readonly string[] = [
  'DATABASE_URL',
  'LOG_LEVEL',
  'NO_COLOR',
  'POLICY_FILE',
  'ORACLE_CLIENT_LIB_DIR',
  'ROW_KERNEL',
  'GCS_ENDPOINT',
  'DISCOVERY_ENGINE_ENDPOINT',
  'GEMINI_INGESTION_DRY_RUN',
  'MAX_RETRIES',
  'RETRY_BACKOFF_SECONDS',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'SPLUNK_HEC_URL',
  'SPLUNK_HEC_TOKEN',
  'SPLUNK_RUN_URL_TEMPLATE',
  'KESTRA_RUN_URL_TEMPLATE',
  'TEAMS_WEBHOOK_URL',
  'TRACEPARENT',
];

/** Variables that the system, Node.js and the drivers read directly. */
const OF_SYSTEM: readonly string[] = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'HOSTNAME',
  'TZ',
  'LANG',
  'LANGUAGE',
  'TERM',
  'TMPDIR',
  'TMP',
  'TEMP',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'OPENSSL_CONF',
  'UV_THREADPOOL_SIZE',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  // Windows
  'SYSTEMROOT',
  'WINDIR',
  'COMSPEC',
  'PATHEXT',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  // Oracle
  'ORACLE_HOME',
  'TNS_ADMIN',
  // Managed identities of Azure, for SQL Server
  'IDENTITY_ENDPOINT',
  'IDENTITY_HEADER',
  'MSI_ENDPOINT',
  'MSI_SECRET',
  'IMDS_ENDPOINT',
  // Where Google's library finds credentials
  'METADATA_SERVER_DETECTION',
  'DETECT_GCP_RETRIES',
];

/** The prefixes of groups of such variables, each group read by one library. */
const FAMILIES: readonly string[] = [
  'LC_',
  'NODE_',
  'OTEL_',
  'GOOGLE_',
  'GCLOUD_',
  'CLOUDSDK_',
  'GCE_',
  'AWS_',
  'AZURE_',
  'PG',
  'NLS_',
];

/** Variables that only runs of one kind read. */
const OF_KIND: Readonly<Record<RunKind, readonly string[]>> = {
  connector: [],
  knowledge_source: ['OPENAI_API_KEY', 'OPENAI_BASE_URL'],
  app: ['CONNECTORS_DIR'],
};

const ALLOWED = new Set([...OF_RUN, ...OF_SYSTEM]);

/**
 * The part of this process's environment that is passed to a process that runs one definition: the variables that a run reads,
 * and the secrets of that definition. The server's own keys and the secrets of other definitions are not passed, so that no
 * code in a run can read them. The keys of stored secrets open all of them, so a definition without secrets does not get them.
 */
export function runVariables(
  env: Readonly<Record<string, string | undefined>>,
  secretVariables: readonly string[],
  kind: RunKind = 'connector',
): Record<string, string> {
  const keys = secretVariables.length === 0 ? [] : MANAGED_KEY_VARIABLES;
  const named = new Set([...secretVariables, ...keys, ...OF_KIND[kind]]);
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && (named.has(name) || isForRuns(name))) passed[name] = value;
  }
  return passed;
}

/** Proxy variables are written in upper or lower case, and Windows variables in any mixture. */
function isForRuns(name: string): boolean {
  const upper = name.toUpperCase();
  return ALLOWED.has(upper) || FAMILIES.some((family) => upper.startsWith(family));
}

/** System variables for the process of a preview. */
const OF_LOOKS: readonly string[] = [
  'PATH',
  'TZ',
  'LANG',
  'LC_ALL',
  'TMPDIR',
  'TMP',
  'TEMP',
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_SYSTEM_CA',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'SYSTEMROOT',
  'WINDIR',
];

/** The environment of such a process: no secret, no key, no address of a state or a proxy, and no option of Node. */
export function previewVariables(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = OF_LOOKS.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

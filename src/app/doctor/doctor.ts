import type { Connector } from '../../definitions/connector/types.ts';
import type { SecretVariables } from '../../definitions/connector/secrets/secrets.ts';
import type { Endpoint } from '../../core/endpoint.ts';
import type { BridgeContext } from '../run/bridge.ts';
import { bucketFindings, isInCloud, serviceAgentFindings } from './cloud/bucket.ts';
import { credentialsFindings } from './cloud/credentials.ts';
import { dataStoreFindings } from './cloud/data-store.ts';
import type { GithubSettings } from '../../studio/github/settings.ts';
import { embeddingFindings } from './embeddings.ts';
import { check, ok, skip, NOT_VISIBLE, type DoctorFinding, type Subject } from './finding.ts';
import { githubFindings } from './github.ts';
import { permissionsFindings } from './cloud/permissions.ts';
import { policyFindings } from './policy.ts';
import { pushQueueFindings, pushTokenFindings } from './push-queue.ts';
import { rowPolicyFindings } from './row-policies.ts';
import { secretFindings } from './secrets.ts';
import { settingsFindings, type MisspelledVariable, type WrongVariable } from './settings.ts';
import { sourceFindings } from './source.ts';
import { stateFindings } from './state.ts';
import { loadConnectorUnderPolicy } from '../catalog/policy.ts';

/** What is checked, and in which environment. */
export interface DoctorContext extends SecretVariables {
  /** The path of a connector; without it, only what all connectors share is checked. */
  readonly connectorPath: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
  readonly policyFile: string | undefined;
  readonly oracleClientLibDir: string | undefined;
  readonly gcsEndpoint: Endpoint | undefined;
  readonly discoveryEngineEndpoint: Endpoint | undefined;
  readonly ingestionDryRun: boolean;
  /** Invalid variables of commands other than doctor. */
  readonly wrongVariables: readonly WrongVariable[];
  readonly misspelledVariables: readonly MisspelledVariable[];
  readonly proxy: BridgeContext['proxy'];
  /** Undefined: no credentials of GitHub are configured. */
  readonly github?: GithubSettings | undefined;
}

const OF_GOOGLE: readonly Subject[] = [
  'data store',
  'access control',
  'content',
  'schema',
  'permissions',
  'deletes',
];
const OF_CLOUD_BUCKET: readonly Subject[] = ['bucket', 'service agent'];
const OF_CONNECTOR: readonly Subject[] = ['source', ...OF_GOOGLE, 'bucket'];

/**
 * Checks everything that a run needs, and writes nothing anywhere. Each problem is a finding; the checks that depend on it
 * are skipped, and all other checks still run.
 * @throws the reason of `signal`, and nothing else
 */
export async function runChecks(context: DoctorContext, signal: AbortSignal): Promise<DoctorFinding[]> {
  const { connectorPath } = context;
  let connector: Connector | undefined;
  const loaded =
    connectorPath === undefined
      ? []
      : await check('connector', signal, async () => {
          connector = await loadConnectorUnderPolicy(connectorPath, context);
          return [ok('connector', `${connectorPath} is valid: ${connector.metadata.name}.`)];
        });
  const needs = credentialsNeeded(connector, context);
  const [policy, state, secrets, embeddings, credentials, github] = await Promise.all([
    policyFindings(context, signal),
    stateFindings(context, signal),
    secretFindings(context, signal),
    embeddingFindings(context, signal),
    credentialsFindings(needs.google || needs.bucket, signal),
    githubFindings(context.github, signal),
  ]);
  const shared = [
    ...settingsFindings(context),
    ...policy,
    ...state,
    ...secrets,
    ...embeddings,
    ...credentials,
    ...github,
    ...loaded,
  ];
  if (connectorPath === undefined) return shared;
  if (connector === undefined) return [...shared, ...skip(OF_CONNECTOR, 'the connector is not valid')];
  const refused = credentials.some(({ status }) => status === 'fail');
  const blocked = { google: refused && needs.google, bucket: refused && needs.bucket };
  return [...shared, ...(await connectorFindings(connector, blocked, context, signal))];
}

/** The services that require credentials, or for which credentials are missing. */
interface Reach {
  readonly google: boolean;
  readonly bucket: boolean;
}

/** An emulator on this machine receives no credentials. */
function credentialsNeeded(connector: Connector | undefined, context: DoctorContext): Reach {
  const inCloud = connector === undefined || isInCloud(connector.spec.output.bucket);
  return {
    google: context.discoveryEngineEndpoint?.loopback !== true,
    bucket: inCloud && context.gcsEndpoint?.loopback !== true,
  };
}

async function connectorFindings(
  connector: Connector,
  blocked: Reach,
  context: DoctorContext,
  signal: AbortSignal,
): Promise<DoctorFinding[]> {
  const { output } = connector.spec;
  const endpoint = context.discoveryEngineEndpoint;
  const noCredentials = 'usable credentials are missing';
  const [source, store, permissions, bucket] = await Promise.all([
    connector.spec.mode === 'rest_push'
      ? pushFindings(connector, context, signal)
      : pulledFindings(connector, context, signal),
    blocked.google ? undefined : dataStoreFindings(connector.spec, endpoint, signal),
    blocked.google ? [] : permissionsFindings(connector.spec, endpoint, signal),
    blocked.bucket ? [] : bucketFindings(output.bucket, context, signal),
  ]);
  const google = store === undefined ? skip(OF_GOOGLE, noCredentials) : store.findings;
  const findings = [...source, ...google, ...dependent(permissions, google)];
  if (blocked.bucket) return [...findings, ...skip(OF_CLOUD_BUCKET, noCredentials)];
  if (!isInCloud(output.bucket)) return [...findings, ...bucket];
  const agent = await agentFindings(output.bucket, store?.projectNumber, bucket, context, signal);
  return [...findings, ...bucket, ...agent];
}

/**
 * If the permissions cannot be read and the data store was not found, the project id may be mistyped, and advice about the
 * permissions would be misleading.
 */
function dependent(
  permissions: readonly DoctorFinding[],
  store: readonly DoctorFinding[],
): readonly DoctorFinding[] {
  const isFailed = store.some(({ subject, status }) => subject === 'data store' && status === 'fail');
  const isUnseen = permissions.some(({ subject, status, message }) => {
    return subject === 'permissions' && status === 'warn' && message.startsWith(NOT_VISIBLE);
  });
  if (!isFailed || !isUnseen) return permissions;
  return permissions.flatMap((finding) =>
    finding.status === 'warn' ? skip([finding.subject], 'the data store could not be read') : [finding],
  );
}

async function pulledFindings(
  connector: Connector,
  context: DoctorContext,
  signal: AbortSignal,
): Promise<DoctorFinding[]> {
  const findings = await sourceFindings(connector, context, signal);
  // The failed checks have already reported why the source cannot be reached.
  if (findings.some(({ status }) => status === 'fail')) return findings;
  return [...findings, ...(await rowPolicyFindings(connector, context, signal))];
}

async function pushFindings(
  connector: Connector,
  context: DoctorContext,
  signal: AbortSignal,
): Promise<DoctorFinding[]> {
  const token = await pushTokenFindings(connector, context);
  return [...token, ...(await pushQueueFindings(connector, context, signal))];
}

function agentFindings(
  bucket: string,
  projectNumber: string | undefined,
  ofBucket: readonly DoctorFinding[],
  context: DoctorContext,
  signal: AbortSignal,
): Promise<DoctorFinding[]> | DoctorFinding[] {
  if (ofBucket.some(({ status }) => status === 'fail')) {
    return skip(['service agent'], 'the bucket cannot be used');
  }
  if (projectNumber === undefined) {
    return skip(['service agent'], 'the number of its project is not known');
  }
  return serviceAgentFindings(bucket, projectNumber, context, signal);
}

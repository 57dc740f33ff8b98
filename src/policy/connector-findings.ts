import { isAbsolute, join } from 'node:path';
import { textAt } from '../definitions/draft.ts';
import type { FieldFinding } from '../definitions/problem.ts';
import {
  secretReferences,
  secretRefsOf,
  type SecretReceiver,
} from '../definitions/connector/secret-references.ts';
import { looksLikeSecret } from '../definitions/connector/secrets.ts';
import { Decisions } from './decisions.ts';
import { serverName, serverOf } from './host-pattern.ts';
import type { Paths, Policy } from './policy.ts';

const SOURCE = 'spec.source';
const FILE_PATHS = [`${SOURCE}.tls.caFile`, `${SOURCE}.tls.certFile`, `${SOURCE}.tls.keyFile`] as const;

/** The input of all checks of one connector. */
interface Subject {
  /** May be invalid in any way: the schema reports the fields that cannot be read. */
  readonly connector: unknown;
  readonly name: string;
  readonly decisions: Decisions;
  readonly policy: Policy;
}

/**
 * Finds everything that a connector's file names and its policy does not allow. The host of a database is not in the file; it is
 * checked when its secret is read.
 * @param cwd the folder that relative paths of the connector start from
 */
export function policyFindings(
  policy: Policy,
  connector: unknown,
  paths: Paths,
  cwd: string,
): FieldFinding[] {
  const name = textAt(connector, 'metadata.name');
  if (name === undefined) return [];
  const decisions = new Decisions(policy, name, paths);
  const subject = { connector, name, decisions, policy };
  if (!decisions.any) {
    return [refusal(subject, 'metadata.name', `No rule of the policy is for the connector ${name}.`)];
  }
  return [
    ...secretFindings(subject),
    ...['url', 'parents.url', 'detail.url', 'job.start.url', 'job.poll.url'].flatMap((key) =>
      serverFindings(subject, `${SOURCE}.${key}`, 'api'),
    ),
    ...serverFindings(subject, `${SOURCE}.oauth.tokenUrl`, 'token'),
    ...serverFindings(subject, `${SOURCE}.login.url`, 'login'),
    ...pathFindings(subject, cwd),
    ...outputFindings(subject),
    ...dataStoreFindings(subject),
  ];
}

function refusal({ policy }: Pick<Subject, 'policy'>, path: string, message: string): FieldFinding {
  const fix = `what a rule in ${policy.file} allows, or ask the operator to allow it there`;
  return { code: 'policy_refused', path, message, fix };
}

function secretFindings(subject: Subject): FieldFinding[] {
  const { connector, name, decisions } = subject;
  return secretReferences(connector).flatMap(({ path, ref }) => {
    // A field may contain the secret itself, which no message may repeat.
    if (looksLikeSecret(ref) || decisions.mayUseSecret(ref)) return [];
    return [refusal(subject, path, `The policy does not allow ${name} to use the secret ${ref}.`)];
  });
}

function serverFindings(subject: Subject, path: string, receiver: SecretReceiver): FieldFinding[] {
  const { connector, name, decisions } = subject;
  const url = textAt(connector, path);
  if (url === undefined) return [];
  const server = serverOf(url);
  if (server === undefined) {
    return [
      refusal(subject, path, 'The policy cannot be applied, because this is not the address of a server.'),
    ];
  }
  const shown = serverName(server);
  if (!decisions.mayConnect(server)) {
    return [refusal(subject, path, `The policy does not allow ${name} to connect to ${shown}.`)];
  }
  // A secret that the policy does not allow at all has its own finding.
  const refs = secretRefsOf(connector, receiver).filter(
    (ref) => !looksLikeSecret(ref) && decisions.mayUseSecret(ref),
  );
  if (decisions.maySend(refs, server)) return [];
  const secrets = `${refs.length === 1 ? 'the secret' : 'the secrets'} ${refs.join(' and ')}`;
  const message = `The policy does not allow ${name} to send ${secrets} to ${shown}: no single rule names them and the host.`;
  return [refusal(subject, path, message)];
}

function pathFindings(subject: Subject, cwd: string): FieldFinding[] {
  const { connector, name, decisions } = subject;
  const isFile = textAt(connector, `${SOURCE}.type`) === 'file';
  return [...(isFile ? [`${SOURCE}.path`] : []), ...FILE_PATHS].flatMap((at) => {
    const path = textAt(connector, at);
    if (path === undefined || decisions.mayRead(absolute(path, cwd, isFile))) return [];
    return [refusal(subject, at, `The policy does not allow ${name} to read ${path}.`)];
  });
}

/** The path of a folder is normalized before links are followed; the path of a certificate is opened as written. */
function absolute(path: string, cwd: string, resolved: boolean): string {
  if (resolved) return isAbsolute(path) ? join(path) : join(cwd, path);
  return isAbsolute(path) ? path : `${cwd}/${path}`;
}

function outputFindings(subject: Subject): FieldFinding[] {
  const { connector, name, decisions } = subject;
  const bucket = textAt(connector, 'spec.output.bucket');
  const prefix = textAt(connector, 'spec.output.prefix');
  if (bucket === undefined || prefix === undefined || decisions.mayWrite(bucket, prefix)) return [];
  const place = `${bucket}${bucket.endsWith('/') ? '' : '/'}${prefix}`;
  return [refusal(subject, 'spec.output.bucket', `The policy does not allow ${name} to write to ${place}.`)];
}

function dataStoreFindings(subject: Subject): FieldFinding[] {
  const { connector, name, decisions } = subject;
  const parts = ['projectId', 'location', 'dataStoreId'].map((key) =>
    textAt(connector, `spec.gemini.${key}`),
  );
  const dataStore = parts.join('/');
  if (parts.includes(undefined) || decisions.mayUseDataStore(dataStore)) return [];
  const message = `The policy does not allow ${name} to write to the data store ${dataStore}.`;
  return [refusal(subject, 'spec.gemini.dataStoreId', message)];
}

import { isAbsolute, join } from 'node:path';
import { looksLikeSecret } from '../definitions/connector/secrets/secrets.ts';
import type { FieldFinding } from '../definitions/problem.ts';
import type { DefinitionUses, UsedFile, UsedServer } from '../definitions/uses.ts';
import { Decisions, type NamedDefinition } from './decisions.ts';
import { serverName, serverOf } from './host-pattern.ts';
import type { Paths, Policy } from './policy.ts';

/** The input of all checks of one definition. */
interface Subject {
  readonly name: string;
  readonly decisions: Decisions;
  readonly policy: Policy;
}

/**
 * Finds everything that a definition's file names and its policy does not allow. The host of a database is not in the file; it is
 * checked when its secret is read.
 * @param cwd the folder that relative paths of the definition start from
 */
export function policyFindings(
  policy: Policy,
  definition: NamedDefinition,
  uses: DefinitionUses,
  paths: Paths,
  cwd: string,
): FieldFinding[] {
  const { name } = definition;
  const decisions = new Decisions(policy, definition, paths);
  const subject = { name, decisions, policy };
  if (!decisions.any) {
    const message = `No rule of the policy is for the ${definition.noun} ${name}.`;
    return [refusal(subject, 'metadata.name', message)];
  }
  return [
    ...secretFindings(subject, uses),
    ...uses.servers.flatMap((server) => serverFindings(subject, server)),
    ...uses.files.flatMap((file) => fileFindings(subject, file, cwd)),
    ...outputFindings(subject, uses),
    ...dataStoreFindings(subject, uses),
  ];
}

function refusal({ policy }: Pick<Subject, 'policy'>, path: string, message: string): FieldFinding {
  const fix = `what a rule in ${policy.file} allows, or ask the operator to allow it there`;
  return { code: 'policy_refused', path, message, fix };
}

function secretFindings(subject: Subject, { secrets }: DefinitionUses): FieldFinding[] {
  const { name, decisions } = subject;
  return secrets.flatMap(({ path, ref }) => {
    // A field may contain the secret itself, which no message may repeat.
    if (looksLikeSecret(ref) || decisions.mayUseSecret(ref)) return [];
    return [refusal(subject, path, `The policy does not allow ${name} to use the secret ${ref}.`)];
  });
}

function serverFindings(subject: Subject, { path, address, secretRefs }: UsedServer): FieldFinding[] {
  const { name, decisions } = subject;
  const server = serverOf(address);
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
  const refs = secretRefs.filter((ref) => !looksLikeSecret(ref) && decisions.mayUseSecret(ref));
  if (decisions.maySend(refs, server)) return [];
  const secrets = `${refs.length === 1 ? 'the secret' : 'the secrets'} ${refs.join(' and ')}`;
  const message = `The policy does not allow ${name} to send ${secrets} to ${shown}: no single rule names them and the host.`;
  return [refusal(subject, path, message)];
}

function fileFindings(subject: Subject, { path, file, isNormalized }: UsedFile, cwd: string): FieldFinding[] {
  const { name, decisions } = subject;
  if (decisions.mayRead(absolute(file, cwd, isNormalized))) return [];
  return [refusal(subject, path, `The policy does not allow ${name} to read ${file}.`)];
}

/** The path of a folder is normalized before links are followed; the path of a certificate is opened as written. */
function absolute(path: string, cwd: string, resolved: boolean): string {
  if (resolved) return isAbsolute(path) ? join(path) : join(cwd, path);
  return isAbsolute(path) ? path : `${cwd}/${path}`;
}

function outputFindings(subject: Subject, { output }: DefinitionUses): FieldFinding[] {
  const { name, decisions } = subject;
  if (output === undefined || decisions.mayWrite(output.bucket, output.prefix)) return [];
  const { path, bucket, prefix } = output;
  const place = `${bucket}${bucket.endsWith('/') ? '' : '/'}${prefix}`;
  return [refusal(subject, path, `The policy does not allow ${name} to write to ${place}.`)];
}

function dataStoreFindings(subject: Subject, { dataStore }: DefinitionUses): FieldFinding[] {
  const { name, decisions } = subject;
  if (dataStore === undefined || decisions.mayUseDataStore(dataStore.name)) return [];
  const message = `The policy does not allow ${name} to write to the data store ${dataStore.name}.`;
  return [refusal(subject, dataStore.path, message)];
}

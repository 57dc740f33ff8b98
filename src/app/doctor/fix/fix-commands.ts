import type { Connector } from '../../../definitions/connector/types.ts';
import type { DoctorFinding } from '../finding.ts';
import { createDataStore, replacementOf } from './data-store-commands.ts';
import type { Remedy, SeenCaller } from './remedy.ts';
import { shellComment, shellLine } from './shell.ts';

/** The shell commands that fix one finding. */
export interface FixCommand {
  /** The subject of the finding. */
  readonly subject: string;
  /** The message of the finding. */
  readonly message: string;
  /** What the reader must know about the command, as a sentence; null if nothing. */
  readonly note: string | null;
  readonly command: string;
}

/** A variable of the script: the identity of the caller is not always known. */
const CALLER_VARIABLE = 'CALLER';
const UNKNOWN_CALLER = `: "\${${CALLER_VARIABLE}:?Set ${CALLER_VARIABLE} to the identity that runs the program, such as serviceAccount:NAME@PROJECT.iam.gserviceaccount.com}"`;

const ROLE = 'geminiSyncBridge';
/** What a run needs in the project of its data store: docs/gemini.md has the reasons. */
const ROLE_PERMISSIONS = [
  'discoveryengine.dataStores.get',
  'discoveryengine.documents.delete',
  'discoveryengine.documents.import',
  'discoveryengine.documents.purge',
  'discoveryengine.operations.get',
  'discoveryengine.operations.list',
];
const BUCKET_ROLE = 'roles/storage.objectUser';

/** Returns the commands for everything that is missing in Google Cloud, in the order of the findings; each command is there once. */
export function fixCommands(
  findings: readonly DoctorFinding[],
  connector: Connector,
  caller: SeenCaller | undefined,
): FixCommand[] {
  const commands: FixCommand[] = [];
  for (const { subject, message, remedy } of findings) {
    if (remedy === undefined) continue;
    const { lines, note = null } = linesOf(remedy, connector, caller);
    const command = lines.join('\n');
    if (commands.some((other) => other.command === command)) continue;
    commands.push({ subject, message, note, command });
  }
  return commands;
}

/** A shell script with one commented block for each command; empty without commands. */
export function fixScript(commands: readonly FixCommand[], connectorName: string): string {
  if (commands.length === 0) return '';
  const head = [
    shellComment(
      `What doctor found missing for ${connectorName}. Run doctor again afterwards: a fix may show more.`,
    ),
    'set -eu',
  ];
  const needsCaller = commands.some(({ command }) => command.includes(`"$${CALLER_VARIABLE}"`));
  const blocks = commands.map(({ subject, message, note, command }) =>
    [shellComment(`${subject}: ${message}`), ...(note === null ? [] : [shellComment(note)]), command].join(
      '\n',
    ),
  );
  return `${[[...head, ...(needsCaller ? [UNKNOWN_CALLER] : [])].join('\n'), ...blocks].join('\n\n')}\n`;
}

interface CommandLines {
  readonly lines: readonly string[];
  readonly note?: string;
}

function linesOf(remedy: Remedy, connector: Connector, caller: SeenCaller | undefined): CommandLines {
  const { output, gemini } = connector.spec;
  const bucket = output.bucket.replace(/\/$/, '');
  switch (remedy.kind) {
    case 'enable_api':
      return enableApi(gemini.projectId, caller);
    case 'create_bucket':
      return { lines: [...createBucket(bucket, connector), grantBucket(bucket, undefined, caller)] };
    case 'grant_bucket':
      return { lines: [grantBucket(bucket, remedy.member, caller)] };
    case 'create_data_store':
      return {
        lines: createDataStore(connector),
        note: 'Whether it has access control (aclEnabled) and content cannot be changed later.',
      };
    case 'replace_data_store': {
      const store = replacementOf(connector);
      const note = `The settings of ${gemini.dataStoreId} cannot be changed. This creates ${store.dataStoreId}; then write it in spec.gemini.dataStoreId.`;
      return { lines: createDataStore(connector, store), note };
    }
    case 'grant_role':
      return { lines: grantRole(gemini.projectId, caller) };
  }
}

/** Google checks the API in the project that requests are counted for. */
function enableApi(projectId: string, caller: SeenCaller | undefined): CommandLines {
  const projects = new Set([projectId, caller?.quotaProject ?? projectId]);
  const lines = [...projects].map((project) =>
    shellLine('gcloud', 'services', 'enable', 'discoveryengine.googleapis.com', `--project=${project}`),
  );
  return { lines, note: 'This takes some minutes to take effect.' };
}

function createBucket(bucket: string, { spec: { gemini } }: Connector): string[] {
  const describe = shellLine('gcloud', 'storage', 'buckets', 'describe', bucket, '--format=none');
  const location = gemini.location === 'global' ? [] : [`--location=${gemini.location}`];
  const create = shellLine(
    'gcloud',
    'storage',
    'buckets',
    'create',
    bucket,
    `--project=${gemini.projectId}`,
    ...location,
    '--uniform-bucket-level-access',
    '--public-access-prevention',
  );
  return [`${describe} 2>/dev/null ||`, `  ${create}`];
}

function grantBucket(bucket: string, member: string | undefined, caller: SeenCaller | undefined): string {
  const grant = shellLine('gcloud', 'storage', 'buckets', 'add-iam-policy-binding', bucket);
  return `${grant} ${memberFlag(member, caller)} --role=${BUCKET_ROLE}`;
}

/** One custom role with the least privilege. If it exists, the permissions are added to it. */
function grantRole(projectId: string, caller: SeenCaller | undefined): string[] {
  const role = (verb: string) => shellLine('gcloud', 'iam', 'roles', verb, ROLE, `--project=${projectId}`);
  const permissions = ROLE_PERMISSIONS.join(',');
  const grant = shellLine('gcloud', 'projects', 'add-iam-policy-binding', projectId);
  const name = shellLine(`--role=projects/${projectId}/roles/${ROLE}`);
  return [
    `if ${role('describe')} --format=none 2>/dev/null; then`,
    `  ${role('update')} --add-permissions=${permissions}`,
    'else',
    `  ${role('create')} --permissions=${permissions}`,
    'fi',
    `${grant} ${memberFlag(undefined, caller)} ${name} --condition=None`,
  ];
}

function memberFlag(member: string | undefined, caller: SeenCaller | undefined): string {
  if (member !== undefined) return shellLine(`--member=${member}`);
  if (caller?.account === undefined) return `--member="$${CALLER_VARIABLE}"`;
  return shellLine(`--member=serviceAccount:${caller.account}`);
}

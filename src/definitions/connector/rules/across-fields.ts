import { withoutSlashesAtEnd } from '../../../core/endpoint.ts';
import { textAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';
import { secretReferences } from '../secret-references.ts';
import { looksLikeSecret, secretVariable } from '../secrets.ts';

/** The paths of the fields that findings between files refer to. */
export function setPaths(connector: unknown): string[] {
  return ['metadata.name', 'spec.output.prefix', ...secretReferences(connector).map(({ path }) => path)];
}

/** One file of a set, with the content that could be read. */
export interface SetMember {
  readonly file: string;
  readonly connector: unknown;
}

/** A finding with its file. */
export interface SetFinding extends FieldFinding {
  readonly file: string;
}

/** Finds conflicts between connectors that are valid by themselves. The later file gets the finding. */
export function setFindings(members: readonly SetMember[]): SetFinding[] {
  return [...duplicateNames(members), ...sharedOutputs(members), ...ambiguousSecrets(members)];
}

function duplicateNames(members: readonly SetMember[]): SetFinding[] {
  const path = 'metadata.name';
  const first = new Map<string, string>();
  return members.flatMap(({ file, connector }): SetFinding[] => {
    const name = textAt(connector, path);
    if (name === undefined) return [];
    const other = first.get(name);
    if (other === undefined) first.set(name, file);
    if (other === undefined) return [];
    const message = `${other} is a connector of the name ${name} too; they would delete each other's documents.`;
    return [{ file, path, code: 'duplicate_name', message, fix: 'name: another one' }];
  });
}

function sharedOutputs(members: readonly SetMember[]): SetFinding[] {
  const path = 'spec.output.prefix';
  const root = newFolder();
  return members.flatMap((member): SetFinding[] => {
    const { file, connector } = member;
    const own = outputFolder(connector);
    if (own === undefined) return [];
    const clash = enterFolder(root, own, member);
    if (clash === undefined) return [];
    const theirs = textAt(clash.connector, path) ?? '';
    const message = `${clash.file} writes to the prefix ${theirs} of the same bucket; each connector needs a folder of its own.`;
    return [
      {
        file,
        path,
        code: 'shared_output',
        message,
        fix: `prefix: ${textAt(connector, 'metadata.name') ?? '…'}`,
      },
    ];
  });
}

/** A folder of a bucket that connectors write to. */
interface Folder {
  readonly folders: Map<string, Folder>;
  /** The first connector that writes to this folder itself, or to one below it. */
  owner?: SetMember;
  firstBelow?: SetMember;
}

function newFolder(): Folder {
  return { folders: new Map() };
}

/** @returns a connector that writes to the same folder, to one above it, or to one below it */
function enterFolder(root: Folder, parts: readonly string[], member: SetMember): SetMember | undefined {
  let folder = root;
  let above: SetMember | undefined;
  for (const part of parts) {
    above ??= folder.owner;
    folder.firstBelow ??= member;
    const next = folder.folders.get(part) ?? newFolder();
    folder.folders.set(part, next);
    folder = next;
  }
  const clash = above ?? folder.owner ?? folder.firstBelow;
  folder.owner ??= member;
  return clash;
}

/** The path segments, beginning with those of the bucket, so that `hr` is not mistaken for the parent of `hr-archive`. */
function outputFolder(connector: unknown): readonly string[] | undefined {
  const bucket = textAt(connector, 'spec.output.bucket');
  const prefix = textAt(connector, 'spec.output.prefix');
  if (bucket === undefined || prefix === undefined) return undefined;
  return `${withoutSlashesAtEnd(bucket)}/${withoutSlashesAtEnd(prefix)}`.split('/');
}

function ambiguousSecrets(members: readonly SetMember[]): SetFinding[] {
  const first = new Map<string, string>();
  return members.flatMap(({ file, connector }) =>
    secretReferences(connector).flatMap(({ path, ref }): SetFinding[] => {
      if (looksLikeSecret(ref)) return [];
      const variable = secretVariable(ref);
      const other = first.get(variable) ?? ref;
      first.set(variable, other);
      if (other === ref) return [];
      const message = `${ref} and ${other} are both read from ${variable}.`;
      return [{ status: 'warn', file, path, code: 'secret_ambiguous', message, fix: other }];
    }),
  );
}

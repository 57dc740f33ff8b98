import { withoutSlashesAtEnd } from '../../core/endpoint.ts';
import { textAt } from '../draft.ts';
import { duplicateNames } from '../files/duplicate-names.ts';
import type { SetFinding, SetMember } from '../files/kind.ts';

/** The field that findings about shared folders refer to. */
export const OUTPUT_PREFIX = 'spec.output.prefix';

/** Finds conflicts between connectors that are valid by themselves. The later file gets the finding. */
export function setFindings(members: readonly SetMember[]): SetFinding[] {
  const twice = (other: string, name: string) =>
    `${other} is a connector of the name ${name} too; they would delete each other's documents.`;
  return [...duplicateNames(members, 'metadata.name', twice), ...sharedOutputs(members)];
}

function sharedOutputs(members: readonly SetMember[]): SetFinding[] {
  const path = OUTPUT_PREFIX;
  const root = newFolder();
  return members.flatMap((member): SetFinding[] => {
    const { file, definition: connector } = member;
    const own = outputFolder(connector);
    if (own === undefined) return [];
    const clash = enterFolder(root, own, member);
    if (clash === undefined) return [];
    const theirs = textAt(clash.definition, path) ?? '';
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

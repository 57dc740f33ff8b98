import { textAt } from './draft.ts';
import type { Finding } from './problem.ts';
import { SECRET_PATHS } from './rules-secrets.ts';
import { looksLikeSecret, secretVariable } from './secrets.ts';

/** One file of a set, as far as it could be read. */
export interface SetMember {
  readonly file: string;
  readonly connector: unknown;
}

/** A finding with the file it belongs to. */
export interface SetFinding extends Finding {
  readonly file: string;
}

/** What can be wrong between connectors though each is right by itself. The later file has the finding. */
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
  return members.flatMap(({ file, connector }, index): SetFinding[] => {
    const own = outputFolder(connector);
    if (own === undefined) return [];
    const clash = members.slice(0, index).find((member) => {
      const other = outputFolder(member.connector);
      return other !== undefined && (own.startsWith(other) || other.startsWith(own));
    });
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

/** With a slash at the end, so that `hr` is not taken for the parent of `hr-archive`. */
function outputFolder(connector: unknown): string | undefined {
  const bucket = textAt(connector, 'spec.output.bucket');
  const prefix = textAt(connector, 'spec.output.prefix');
  if (bucket === undefined || prefix === undefined) return undefined;
  return `${bucket.replace(/\/+$/, '')}/${prefix.replace(/\/+$/, '')}/`;
}

function ambiguousSecrets(members: readonly SetMember[]): SetFinding[] {
  const first = new Map<string, string>();
  return members.flatMap(({ file, connector }) =>
    SECRET_PATHS.flatMap((path): SetFinding[] => {
      const ref = textAt(connector, path);
      if (ref === undefined || looksLikeSecret(ref)) return [];
      const variable = secretVariable(ref);
      const other = first.get(variable) ?? ref;
      first.set(variable, other);
      if (other === ref) return [];
      const message = `${ref} and ${other} are both read from ${variable}.`;
      return [{ severity: 'warning', file, path, code: 'secret_ambiguous', message, fix: other }];
    }),
  );
}

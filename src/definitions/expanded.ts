import type { FieldFinding } from './problem.ts';

/** A definition whose preset is filled in. */
export interface Expanded {
  readonly value: unknown;
  /** Undefined if the definition has no preset, or none that exists. */
  readonly preset: { readonly name: string } | undefined;
  /** The path of the key that names the preset. */
  readonly presetPath: string;
  /** The paths that the preset filled in, such as `spec.source.pagination` and `spec.source.payload.sort`. */
  readonly paths: readonly string[];
  readonly findings: readonly FieldFinding[];
}

/** The path that the preset filled in and that a path is at or below; undefined if there is none. */
export function filledPath({ paths }: Pick<Expanded, 'paths'>, path: string): string | undefined {
  return paths.find(
    (filled) => path === filled || path.startsWith(`${filled}.`) || path.startsWith(`${filled}[`),
  );
}

/** Names the preset in a finding about a value that the author of the file did not write. */
export function namingPreset(expanded: Expanded, finding: FieldFinding): FieldFinding {
  const filled = filledPath(expanded, finding.path);
  if (expanded.preset === undefined || filled === undefined) return finding;
  const message = `${finding.message} The preset ${expanded.preset.name} filled in ${filled}.`;
  return { ...finding, message };
}

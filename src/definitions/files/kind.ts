import type { Expanded } from '../expanded.ts';
import type { FieldFinding } from '../problem.ts';
import type { DefinitionUses } from '../uses.ts';
import type { KindName } from './kind-names.ts';

/** The parts of the operator's policy that a check of a file needs. */
export interface OperatorPolicy {
  findings(kind: KindName, definition: unknown, uses: DefinitionUses): readonly FieldFinding[];
  /** Whether these secrets may be sent to this address without encryption. */
  allowsInClear(kind: KindName, definition: unknown, uses: DefinitionUses, address: string): boolean;
}

/** One file of a set, with the content that could be read. */
export interface SetMember {
  readonly file: string;
  readonly definition: unknown;
}

/** A finding with its file. */
export interface SetFinding extends FieldFinding {
  readonly file: string;
}

/**
 * One kind of definition: how its files are checked. Every function accepts any value, because a file may be invalid in any way.
 */
export interface DefinitionKind<Definition> {
  readonly name: KindName;
  /** The error of an invalid file. */
  readonly invalid: 'CONNECTOR_INVALID' | 'KNOWLEDGE_SOURCE_INVALID' | 'APP_INVALID';
  /** Whether a value with its preset filled in is valid in its shape. */
  isShaped(value: unknown): value is Definition;
  /** Fills in the preset. */
  expand(value: unknown): Expanded;
  /** Every difference from the schema. */
  shapeFindings(value: unknown): FieldFinding[];
  /** The findings of the rules that the schema cannot express. @param allowsInClear whether an address may get credentials over `http:` */
  ruleFindings(value: unknown, allowsInClear: (address: string) => boolean): FieldFinding[];
  /** The findings about keys that do not exist any longer; they replace those of the schema about the same keys. */
  removedKeyFindings?(value: unknown): FieldFinding[];
  uses(value: unknown): DefinitionUses;
  /** The start of the command that sets a secret, and who needs it. */
  secretHint?(value: unknown, path: string): { readonly sourceType?: string; readonly who?: string };
  /** The paths that findings between files refer to, in addition to the name and the secrets. */
  readonly setPaths: readonly string[];
  /** Finds conflicts between definitions that are valid by themselves. The later file gets the finding. */
  setFindings(members: readonly SetMember[]): SetFinding[];
}

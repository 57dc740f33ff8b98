/** One rule of the operator's policy, as its file defines it. A missing list allows nothing. */
export interface PolicyRule {
  readonly description?: string;
  /** A rule has at least one of these three lists, and applies to no definition of another kind. */
  readonly connectors?: readonly string[];
  readonly knowledgeSources?: readonly string[];
  readonly apps?: readonly string[];
  readonly secrets?: readonly string[];
  readonly hosts?: readonly string[];
  readonly plaintextHosts?: readonly string[];
  readonly fileRoots?: readonly string[];
  readonly buckets?: readonly string[];
  readonly dataStores?: readonly string[];
}

/** The operator's policy. The shape is `schemas/policy.schema.json`; a test checks that the two agree. */
export interface PolicyDocument {
  readonly apiVersion: 'sync.gemini.io/v1alpha1';
  readonly kind: 'Policy';
  readonly rules: readonly PolicyRule[];
}

/** A policy and its file, for messages. */
export interface Policy {
  readonly file: string;
  readonly rules: readonly PolicyRule[];
}

/** How to resolve paths where the program runs. The policy itself does not access files. */
export interface Paths {
  /** The absolute path of the file or folder with all links resolved, as far as it exists. */
  realPath(path: string): string;
  /** The folder of a `file:` URL; undefined for a URL without one. */
  folderOf(url: string): string | undefined;
}

/** One rule of the operator's policy, as its file says it. A list that is missing allows nothing. */
export interface PolicyRule {
  readonly description?: string;
  readonly connectors: readonly string[];
  readonly secrets?: readonly string[];
  readonly hosts?: readonly string[];
  readonly plaintextHosts?: readonly string[];
  readonly fileRoots?: readonly string[];
  readonly buckets?: readonly string[];
  readonly dataStores?: readonly string[];
}

/** The operator's policy. The shape is `schemas/policy.schema.json`; a test holds the two together. */
export interface PolicyDocument {
  readonly apiVersion: 'sync.gemini.io/v1alpha1';
  readonly kind: 'Policy';
  readonly rules: readonly PolicyRule[];
}

/** A policy and the file that it was read from, for messages. */
export interface Policy {
  readonly file: string;
  readonly rules: readonly PolicyRule[];
}

/** How paths are resolved where the program runs. The policy itself reads nothing. */
export interface Paths {
  /** The absolute path that the file or folder has after all links, as far as it exists. */
  realPath(path: string): string;
  /** The folder that a `file:` URL means; undefined for one that means none. */
  folderOf(url: string): string | undefined;
}

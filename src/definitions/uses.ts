/** A field that names a secret. */
export interface SecretReference {
  readonly path: string;
  /** The name of the secret; the definition may be invalid, so it may be empty, or the secret itself. */
  readonly ref: string;
}

/** An address that requests are sent to. */
export interface UsedServer {
  readonly path: string;
  readonly address: string;
  /** The names of the secrets that are sent there. */
  readonly secretRefs: readonly string[];
}

/** A file or folder that is read. */
export interface UsedFile {
  readonly path: string;
  readonly file: string;
  /** Whether the path is normalized before links are followed; otherwise it is opened as written. */
  readonly isNormalized: boolean;
}

/** What a definition names that an operator's policy may restrict. The definition may be invalid. */
export interface DefinitionUses {
  readonly secrets: readonly SecretReference[];
  readonly servers: readonly UsedServer[];
  readonly files: readonly UsedFile[];
  /** Where artifacts are written. */
  readonly output?: { readonly path: string; readonly bucket: string; readonly prefix: string };
  /** `projectId/location/dataStoreId` */
  readonly dataStore?: { readonly path: string; readonly name: string };
}

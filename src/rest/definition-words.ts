/** How messages name the definition of a listing, so that its author finds the field to correct. */
export interface DefinitionWords {
  /** The path of the listing's fields in the definition: with `source`, messages name `source.url`. */
  readonly path: string;
  /** The kind of the definition, such as `connector`. */
  readonly kind: string;
  /** The page of the documentation that explains pagination. */
  readonly paginationDocs: string;
  /** The instruction that restarts a listing at its first page: `run once with --full`. */
  readonly restart: string;
}

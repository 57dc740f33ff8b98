/** How messages name the definition of a listing, so that its author finds the field to correct. */
export interface DefinitionWords {
  /** Returns the path in the definition of a field of the listing: `url` is `source.url` in a connector. */
  readonly at: (field: string) => string;
  /** The path of the field that has the host name and the port. */
  readonly host: string;
  /** The kind of the definition, such as `connector`. */
  readonly kind: string;
  /** The page of the documentation that explains pagination. */
  readonly paginationDocs: string;
  /** The instruction that restarts a listing at its first page: `run once with --full`. */
  readonly restart: string;
}

/** How messages name the definition that a listing is read by, so that its author finds the field to correct. */
export interface DefinitionWords {
  /** Path of the fields of the listing in the definition: with `source`, messages name `source.url`. */
  readonly path: string;
  /** What the definition is: `connector`. */
  readonly kind: string;
  /** The page of the documentation that explains pagination. */
  readonly paginationDocs: string;
  /** What lets a listing begin again at its first page: `run once with --full`. */
  readonly restart: string;
}

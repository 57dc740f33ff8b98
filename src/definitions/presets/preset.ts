/**
 * What is known about a well-known API: keys of `source` that any connector could contain itself, and facts for the page of the
 * preset in the documentation. `presets/*.yaml` has the data.
 */
export interface Preset {
  /** The value of `source.preset`. */
  readonly name: string;
  /** The name of the file, without its ending. */
  readonly file: string;
  readonly title: string;
  /** What is read, and what is not. */
  readonly about: string;
  /** The address of the API's own documentation. */
  readonly api: string;
  /** The permissions that the API requires of the credentials. */
  readonly permissions: string;
  /** Where the API says who may read a record. */
  readonly readers: string;
  /** Whether every run reads the whole listing, or only what changed. */
  readonly reads: 'whole' | 'changes';
  /** The form of `source.url`: words in capitals are placeholders for names of the reader's own. */
  readonly url: string;
  /** What proves that a record was deleted. */
  readonly deletes: string;
  /** The keys of `source` that the preset fills in. */
  readonly source: Mapping;
  readonly example: PresetExample;
}

/** What a connector of an example contributes. */
interface PresetExample {
  /** A name for each placeholder of the address. */
  readonly names: Mapping;
  /** With credentials. */
  readonly source: Mapping;
  readonly mapping: Mapping;
  readonly deletePolicy: string;
}

export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

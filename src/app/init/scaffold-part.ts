/** A file, or a folder with files, that `init` writes for one purpose. */
export interface ScaffoldPart {
  /** A file, or a folder that ends in `/`; relative to the repository. */
  readonly name: string;
  /** A phrase for a list: what it is for. */
  readonly purpose: string;
  readonly files: readonly ScaffoldFile[];
}

export interface ScaffoldFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

/**
 * The repository of connectors as Studio sees it: one branch at one commit, or a local folder. Paths are relative to its root, with
 * `/` between parts.
 */

export interface RepositoryFile {
  readonly text: string;
  /** The SHA-1 that Git gives the content. */
  readonly blob: string;
}

/** The files of the base branch at one commit. */
export interface RepositoryBase {
  /** `owner/name`, or the path of a local folder. */
  readonly repository: string;
  /** null for a local folder. */
  readonly branch: string | null;
  /** null for a local folder. */
  readonly commit: string | null;
  /**
   * Returns undefined if the file does not exist.
   * @throws BridgeError GITHUB_*, or REPOSITORY_FILE_REFUSED for a symbolic link, a submodule or a path outside
   */
  read(path: string, signal: AbortSignal): Promise<RepositoryFile | undefined>;
  /** Returns the paths of all files below a folder, sorted; empty if the folder does not exist. @throws BridgeError GITHUB_* */
  list(folder: string, signal: AbortSignal): Promise<readonly string[]>;
}

/** One file of a change; `before` and `after` are null where the file does not exist. They differ. */
export interface FileChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

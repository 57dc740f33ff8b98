/** A server that a source is about to connect to. */
export interface SourceServer {
  readonly host: string;
  /** Undefined if the port is unknown before the connection is opened. */
  readonly port: number | undefined;
}

/** The operator's policy for what a source may reach. `server` and `folder` throw BridgeError POLICY_REFUSED. */
export interface SourcePermit {
  /**
   * Called before a connection is opened or a request is sent.
   * @param secretRefs the names of the secrets that are sent there
   */
  server(server: SourceServer, secretRefs: readonly string[]): void;
  /** Whether secrets may be sent unencrypted to a server other than this machine. */
  inClear(server: SourceServer, secretRefs: readonly string[]): boolean;
  /** Called with the absolute path after all links are resolved, before the folder is listed. */
  folder(path: string): void;
}

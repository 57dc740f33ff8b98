/** A server that a source is about to connect to. */
export interface SourceServer {
  readonly host: string;
  /** Undefined if it is not known before the connection is opened. */
  readonly port: number | undefined;
}

/** What the operator lets a source reach. `server` and `folder` throw BridgeError POLICY_REFUSED. */
export interface SourcePermit {
  /** Called before a connection is opened or a request is sent. @param secretRefs names of the secrets that go there */
  server(server: SourceServer, secretRefs: readonly string[]): void;
  /** Whether secrets may go to a server other than this machine without encryption. */
  inClear(server: SourceServer, secretRefs: readonly string[]): boolean;
  /** Called with the absolute path after all links, before the folder is listed. */
  folder(path: string): void;
}

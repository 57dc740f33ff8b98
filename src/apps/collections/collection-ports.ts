import type { RestSpec } from '../../definitions/rest/types.ts';
import type { ReaderPorts, RestReader } from '../../rest/reader.ts';

/** What readers of collections need from their environment. */
export type CollectionPorts = Omit<ReaderPorts, 'words' | 'quota' | 'refreshTokens'>;

/** Opens readers of one app, which share its quota and its tokens. */
export interface AppReaders extends Pick<CollectionPorts, 'clock' | 'wait' | 'log'> {
  /** @param at the path of the listing's fields in the definition. @throws BridgeError SECRET_*, SOURCE_TLS */
  open(spec: RestSpec, at: string): RestReader;
}

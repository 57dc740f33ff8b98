import type { Connector } from '../../definitions/connector/types.ts';
import type { Endpoint } from '../../core/endpoint.ts';
import type { DriftFinding } from './drift-finding.ts';
import type { SourceSurroundings } from '../run/with-source.ts';

/** What comparers look at, and from where. */
export interface DriftContext extends SourceSurroundings {
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
  readonly discoveryEngineEndpoint: Endpoint | undefined;
  /** The valid connectors. Those that are not valid are findings by themselves, as soon as somebody asks. */
  connectors(): Promise<readonly FoundConnector[]>;
}

export interface FoundConnector {
  /** As found in the directory of connectors. */
  readonly file: string;
  readonly connector: Connector;
}

/** Compares one kind of thing with what it should be. */
export interface Comparer {
  /** For `--only`. */
  readonly name: string;
  /** What is compared, for the help: a clause. */
  readonly about: string;
  /** Asks sources or Google, and so is part of `--live` only. */
  readonly live: boolean;
  /** @throws the reason of `signal`, and nothing else */
  compare(context: DriftContext, signal: AbortSignal): Promise<readonly DriftFinding[]>;
}

import type { Connector } from '../../definitions/connector/types.ts';
import type { Endpoint } from '../../core/endpoint.ts';
import type { DriftFinding } from './drift-finding.ts';
import type { RetryPolicy } from '../../core/retry.ts';
import type { DocumentedProgram } from './documented-program.ts';
import type { SourceSurroundings } from '../run/with-source.ts';
import type { RepairContext } from './repair-context.ts';

/** The environment of the comparers. */
export interface DriftContext extends SourceSurroundings {
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
  readonly discoveryEngineEndpoint: Endpoint | undefined;
  /** The retries of the requests that list documents. */
  readonly retry: RetryPolicy;
  /** Undefined: nothing is repaired. */
  readonly repair: RepairContext | undefined;
  /** A directory of definitions, or one file; relative to `cwd`. */
  readonly connectorsPath: string;
  /** Pages of Markdown and folders of them, relative to `cwd`; undefined: README.md and docs/ if they exist. */
  readonly docsPaths: readonly string[] | undefined;
  /** The folder of the generated flows; undefined: its usual place, if it exists. */
  readonly kestraFlows: string | undefined;
  /** The file of Helm values; undefined: its usual place, if it exists. */
  readonly helmValues: string | undefined;
  /** The program that pages of Markdown describe. */
  readonly program: DocumentedProgram;
  /** The valid connectors. Calling this also reports each invalid connector as a finding. */
  connectors(): Promise<readonly FoundConnector[]>;
}

export interface FoundConnector {
  /** The path as found in the directory of connectors. */
  readonly file: string;
  readonly connector: Connector;
}

/** Compares the actual state of one kind of thing with the expected state. */
export interface Comparer {
  /** The name for `--only`. */
  readonly name: string;
  /** A clause for the help that says what is compared. */
  readonly about: string;
  /** True if the comparer queries sources or Google, which requires `--live`. */
  readonly live: boolean;
  /** @throws the reason of `signal`, and nothing else */
  compare(context: DriftContext, signal: AbortSignal): Promise<readonly DriftFinding[]>;
}

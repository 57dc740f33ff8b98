import type { ErrorCode } from '../../../core/error-kinds.ts';
import type { Connector } from '../../../definitions/connector/types.ts';
import type { ProxySettings } from '../../../net/proxy.ts';
import type { GuardedServer } from '../../../net/guard/connection-checks.ts';
import type { DraftCounts, Preview } from '../preview/preview-service.ts';

/** The only argument of the process of a preview. The order is one line of JSON on its stdin. */
export const PREVIEW_ARGUMENT = 'preview-source';

/** What a preview may use. The process has nothing else: neither the environment of the server nor its state. */
export interface PreviewOrder {
  readonly kind: 'columns' | 'documents' | 'events' | 'counts';
  /** Valid, with its preset filled in. */
  readonly connector: Connector;
  /** The values of the secrets that this draft may use, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The servers that each secret may be sent to, by its name. */
  readonly bindings: Readonly<Record<string, readonly GuardedServer[]>>;
  /** The only servers that may be reached. */
  readonly servers: readonly GuardedServer[];
  readonly trusted: readonly GuardedServer[];
  /** `STUDIO_ALLOWED_HOSTS` */
  readonly allowedHosts: readonly string[];
  /** `STUDIO_FILE_ROOTS` */
  readonly fileRoots: readonly string[];
  readonly policyFile: string | undefined;
  readonly proxy: ProxySettings;
  readonly documentsMax: number;
  /** The sample events for a push connector, as a producer would push them. */
  readonly events?: string;
  /** Only for counts, which compare the source with the state: its address; undefined is the embedded state. */
  readonly databaseUrl?: string | undefined;
}

/** What the process waits for. */
export type PreviewPhase = 'start' | 'connection' | 'answer';

export type PreviewResult = Omit<Preview, 'milliseconds'>;

/** One line of stdout: a phase, and at the end the outcome. */
export type PreviewLine =
  | { readonly phase: PreviewPhase }
  | { readonly result: PreviewResult; readonly milliseconds: number }
  | { readonly counts: DraftCounts; readonly milliseconds: number }
  | {
      readonly error: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly hint?: string | undefined;
      };
      /** Whether a connection was refused or did not come about; the author does not learn which. */
      readonly isUnreachable: boolean;
      /** Reasons for the operator's log. */
      readonly reasons: readonly string[];
    };

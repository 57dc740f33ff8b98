import type { RunKind } from '../../pipeline/ports/state-port.ts';

/** The kinds of definitions that Ops shows beside connectors. */
export type OtherKind = Exclude<RunKind, 'connector'>;

export const OTHER_KINDS = ['knowledge_source', 'app'] as const satisfies readonly OtherKind[];

import type { JsonObject } from '../../support/files/json.ts';
import { ApiError } from './api-error.ts';
import type { Branch } from './branch/branch.ts';
import type { Fault } from './faults.ts';
import type { Operations, OperationKind, Outcome } from './branch/operations.ts';
import type { Settings } from './options.ts';

/** What the whole stand-in shares. */
export interface Service {
  readonly settings: Settings;
  readonly operations: Operations;
  /** What the referee found, in requests and in documents. */
  readonly violations: string[];
}

/** One request, once its URL is understood. */
export interface Call {
  readonly service: Service;
  readonly branch: Branch;
  /** The last part of the path, if it is the id of a document, an operation or a schema; else empty. */
  readonly id: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  readonly fault: Fault | undefined;
}

/** @throws ApiError if the referee found anything: it is kept as a violation, and the caller is told */
export function refuseProblems({ service }: Call, problems: readonly string[]): void {
  if (problems.length === 0) return;
  service.violations.push(...problems);
  throw new ApiError('INVALID_ARGUMENT', problems.join('\n'));
}

/** Starts an operation, and answers with it. */
export async function startOperation(
  { service, branch, fault }: Call,
  kind: OperationKind,
  work: () => Promise<Outcome>,
): Promise<JsonObject> {
  const { pollsUntilDone, synchronous } = service.settings;
  const operation = service.operations.start(kind, branch.name, pollsUntilDone, fault, work);
  if (synchronous && fault?.kind !== 'slow-operation') await operation.finish();
  return operation.toJson();
}

import type { JsonObject } from '../../../support/files/json.ts';
import { ApiError, type Status } from '../api-error.ts';
import type { Fault } from '../faults.ts';

export type OperationKind = 'import' | 'purge';

/** What an operation has done. */
export interface Outcome {
  /** Counts by their names in the metadata. */
  readonly counts: Readonly<Record<string, number>>;
  readonly response: JsonObject;
}

const MESSAGES = {
  import: 'ImportDocuments',
  purge: 'PurgeDocuments',
} as const satisfies Record<OperationKind, string>;

/**
 * A long-running operation. Its work begins at once. It says that it is done when the work is, and when it was asked for
 * often enough: so a test decides how long it takes.
 */
export class Operation {
  readonly name: string;
  readonly kind: OperationKind;
  /** Its branch's name. */
  readonly branch: string;
  polls = 0;
  readonly #pollsUntilDone: number;
  readonly #fault: Fault | undefined;
  readonly #work: Promise<Outcome | Status>;
  readonly #createTime = new Date().toISOString();
  #result: Outcome | Status | undefined;

  constructor(
    [kind, branch, number]: readonly [OperationKind, string, number],
    pollsUntilDone: number,
    fault: Fault | undefined,
    work: () => Promise<Outcome>,
  ) {
    this.kind = kind;
    this.branch = branch;
    this.name = `${branch}/operations/${kind}-documents-${number}`;
    this.#fault = fault;
    this.#pollsUntilDone = fault?.kind === 'slow-operation' ? fault.polls : pollsUntilDone;
    this.#work = this.#run(work);
  }

  get state(): 'running' | 'done' | 'failed' {
    if (this.#result === undefined) return 'running';
    return 'code' in this.#result ? 'failed' : 'done';
  }

  /** Handles a poll of the operation. */
  async poll(): Promise<void> {
    this.polls += 1;
    if (this.polls >= this.#pollsUntilDone) await this.finish();
  }

  /** Time passes until it is done. */
  async finish(): Promise<void> {
    this.#result ??= await this.#work;
  }

  async #run(work: () => Promise<Outcome>): Promise<Outcome | Status> {
    const fault = this.#fault;
    try {
      if (fault?.kind === 'operation-error') {
        if (fault.withEffect === true) await work();
        throw new ApiError(fault.error, fault.message);
      }
      const outcome = await work();
      return fault?.kind === 'miscount' ? miscounted(outcome, fault.successCount) : outcome;
    } catch (error) {
      const told = error instanceof ApiError ? error : new ApiError('INTERNAL', String(error));
      return told.toStatus();
    }
  }

  /** `google.longrunning.Operation`. Like all of proto3's JSON it leaves out what is false or zero. */
  toJson(): JsonObject {
    const type = `type.googleapis.com/google.cloud.discoveryengine.v1.${MESSAGES[this.kind]}`;
    const times = { createTime: this.#createTime, updateTime: new Date().toISOString() };
    const metadata = { '@type': `${type}Metadata`, ...times };
    const result = this.#result;
    if (result === undefined) return { name: this.name, metadata };
    if ('code' in result) return { name: this.name, metadata, done: true, error: result };
    return {
      name: this.name,
      metadata: { ...metadata, ...int64s(result.counts) },
      done: true,
      response: { '@type': `${type}Response`, ...result.response },
    };
  }
}

function miscounted({ counts, response }: Outcome, successCount: number): Outcome {
  const total = 'totalCount' in counts ? { totalCount: successCount } : {};
  return { counts: { successCount, ...total }, response };
}

/** 64-bit integers are strings of digits in JSON, and zeros are left out. */
export function int64s(counts: Readonly<Record<string, number>>): JsonObject {
  const given = Object.entries(counts).filter(([, count]) => count !== 0);
  return Object.fromEntries(given.map(([name, count]) => [name, String(count)]));
}

/** All operations since the start. */
export class Operations {
  readonly all: Operation[] = [];
  /** How many imports were started while another into the same branch was running. */
  overlaps = 0;
  /** How many imports into one branch were running at once, at most. */
  maxConcurrentImports = 0;

  start(
    kind: OperationKind,
    branch: string,
    pollsUntilDone: number,
    fault: Fault | undefined,
    work: () => Promise<Outcome>,
  ): Operation {
    // Like Google's: many digits, which say nothing. They go up, so that a test can tell which is later.
    const number = 1_000_000_000_000_001 + this.all.length;
    const operation = new Operation([kind, branch, number], pollsUntilDone, fault, work);
    if (kind === 'import') {
      const others = this.runningImports(branch);
      if (others > 0) this.overlaps += 1;
      this.maxConcurrentImports = Math.max(this.maxConcurrentImports, others + 1);
    }
    this.all.push(operation);
    return operation;
  }

  runningImports(branch: string): number {
    return this.all.filter((one) => one.kind === 'import' && one.branch === branch && one.state === 'running')
      .length;
  }

  named(name: string): Operation {
    const operation = this.all.find((one) => one.name === name);
    if (operation === undefined) throw new ApiError('NOT_FOUND', `Operation ${name} not found.`);
    return operation;
  }
}

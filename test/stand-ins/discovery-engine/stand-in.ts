import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ApiError } from './api-error.ts';
import { Branch, type Reader, type StoredDocument } from './branch/branch.ts';
import type { Service } from './call.ts';
import { Faults, type Fault, type FaultOrder, type InjectedFault, type ReceivedRequest } from './faults.ts';
import { jsonBody, portOf, received, refuseStranger, send, type Answer } from './http.ts';
import { Operations, type OperationKind } from './branch/operations.ts';
import { DEFAULTS, type DataStorePlace, type DiscoveryEngineOptions } from './options.ts';
import { dispatch } from './routes.ts';

/** What can be seen of an operation from outside the API. */
export interface OperationRecord {
  readonly name: string;
  readonly kind: OperationKind;
  /** The branch's name, with the project's number. */
  readonly branch: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly polls: number;
}

export interface DiscoveryEngineStandIn {
  /** `http://127.0.0.1:PORT`, in place of `https://discoveryengine.googleapis.com`. */
  readonly url: string;
  /** All requests in the order in which they came, also those that a fault met. */
  readonly requests: readonly ReceivedRequest[];
  readonly operations: readonly OperationRecord[];
  /** How many imports were started while another into the same branch was running. */
  readonly overlaps: number;
  /** How many imports into one branch were running at once, at most. */
  readonly maxConcurrentImports: number;
  /** What the referee found in requests and documents. */
  readonly violations: readonly string[];
  /** The documents of a data store by id. */
  documents(dataStore: DataStorePlace): ReadonlyMap<string, StoredDocument>;
  /** The ids of the documents that this person's searches may find; sorted. */
  searchAs(dataStore: DataStorePlace, reader: Reader): string[];
  fail(order: FaultOrder): InjectedFault;
  /** Finishes all operations, although nothing polls them. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A server that answers as Discovery Engine's v1 REST API does, as far as a program needs it that keeps a data store in step.
 * There is no official emulator. What it knows is from Google's descriptors, their comments, the documentation and field
 * reports; where Google's behaviour is not documented it is strict.
 */
export async function startDiscoveryEngineStandIn(
  options: DiscoveryEngineOptions,
): Promise<DiscoveryEngineStandIn> {
  const settings = { ...DEFAULTS, ...options };
  const operations = new Operations();
  const service: Service = { settings, operations, violations: [] };
  const branches = options.dataStores.map(
    (setup) => new Branch(setup, settings.projectNumber, settings.keepContent),
  );
  const faults = new Faults();
  const requests: ReceivedRequest[] = [];

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = await received(incoming);
    requests.push(settings.keepContent ? request : { ...request, body: undefined });
    await settings.watch(request, 'received');
    const fault = faults.next(request);
    if (fault?.kind === 'answer') {
      outgoing.writeHead(fault.httpStatus, fault.headers).end(fault.body);
      return;
    }
    const lost = fault?.kind === 'drop' || fault?.kind === 'hang';
    if (!lost || fault.effect === 'after') {
      const answer = await answerTo(request, fault);
      await settings.watch(request, 'carried out');
      if (!lost) send(outgoing, answer);
    }
    if (fault?.kind === 'drop') incoming.socket.destroy();
  };
  const answerTo = async (request: ReceivedRequest, fault: Fault | undefined): Promise<Answer> => {
    try {
      refuseStranger(request, options.requireBearer);
      return { httpStatus: 200, body: await dispatch(service, branches, request, jsonBody(request), fault) };
    } catch (error) {
      const told = error instanceof ApiError ? error : new ApiError('INTERNAL', String(error));
      return { httpStatus: told.httpStatus, body: told.toBody() };
    }
  };
  const branchAt = ({ project, location, id }: DataStorePlace): Branch => {
    const branch = branches.find(
      ({ setup }) => setup.project === project && setup.location === location && setup.id === id,
    );
    if (branch === undefined) throw new Error(`The stand-in has no data store ${project}/${location}/${id}.`);
    return branch;
  };

  const server = createServer((incoming, outgoing) => {
    // A `watch` that rejects has the connection broken in place of what would follow.
    handle(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  // However slow the machine is, no connection ends by itself in the moment in which it is used again.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    requests,
    operations: operations.all,
    get overlaps() {
      return operations.overlaps;
    },
    get maxConcurrentImports() {
      return operations.maxConcurrentImports;
    },
    violations: service.violations,
    documents: (dataStore) => branchAt(dataStore).documents,
    searchAs: (dataStore, reader) => branchAt(dataStore).searchableBy(reader),
    fail: (order) => faults.add(order),
    settle: async () => {
      for (const operation of operations.all) await operation.finish();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

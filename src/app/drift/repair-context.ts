import type { StorePlace } from '../../artifacts/index.ts';
import type { Ports } from '../../pipeline/ports/job.ts';
import type { DestinationContext } from '../run/destination.ts';

/** The environment of a repair. */
export interface RepairContext extends Omit<StorePlace & DestinationContext, 'leases'> {
  readonly databaseUrl: string | undefined;
  /** Extra documents are deleted if there are no more. */
  readonly allowDeletes: number;
  /** Removes secrets from a text that will be stored. */
  redact(text: string): string;
  /** Lets a test intercept the calls between the pipeline and its ports. */
  readonly wrapPorts?: (ports: Ports) => Ports;
}

import type { SourcelessContext } from '../run/ports-without-source.ts';

/** The environment of a repair. */
export interface RepairContext extends SourcelessContext {
  /** Extra documents are deleted if there are no more. */
  readonly allowDeletes: number;
}

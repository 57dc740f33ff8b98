import type { Ops } from '../../app/ops/ops.ts';
import type { ServerContext } from '../context.ts';
import type { StudioServices } from './studio-services.ts';

export type StudioContext = Pick<
  ServerContext,
  'catalog' | 'clock' | 'log' | 'publicUrl' | 'runStarter' | 'state'
> & { readonly ops: Pick<Ops, 'run' | 'snapshot'> } & StudioServices;

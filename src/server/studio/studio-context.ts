import type { ServerContext } from '../context.ts';
import type { StudioServices } from './studio-services.ts';

export type StudioContext = Pick<
  ServerContext,
  'catalog' | 'clock' | 'log' | 'publicUrl' | 'runStarter' | 'state'
> &
  StudioServices;

import type { App } from './types.ts';

/** Returns the `app_key` of an app's rows, which is also the name of its lease and of its runs. */
export function appKeyOf({ metadata, spec }: Pick<App, 'metadata' | 'spec'>): string {
  return spec.appKey ?? metadata.name;
}

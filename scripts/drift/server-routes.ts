import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import { openApi } from '../generate/openapi.ts';

export interface Route {
  readonly method: string;
  /** With parameters as in `/v1/ops/runs/{}`, whatever their names are. */
  readonly path: string;
}

/** Every route of the server, including those that the OpenAPI document omits, found by starting a server. */
export async function serverRoutes(): Promise<readonly Route[]> {
  const routes: Route[] = [];
  const record = (message: unknown) => {
    if (!isInitialization(message)) return;
    message.fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.push({ method: each, path: withoutNames(url) });
    });
  };
  subscribe('fastify.initialization', record);
  try {
    await openApi();
  } finally {
    unsubscribe('fastify.initialization', record);
  }
  return routes.filter(({ method }) => method !== 'HEAD');
}

function isInitialization(message: unknown): message is { readonly fastify: FastifyInstance } {
  return typeof message === 'object' && message !== null && 'fastify' in message;
}

/** Makes the parameters of a path of the server, of the OpenAPI document and of a page the same. */
export function withoutNames(path: string): string {
  return path.replaceAll(/:\w+|\{\w*\}|<\w+>/g, '{}');
}

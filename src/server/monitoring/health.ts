import { Type } from 'typebox';
import { READY_CACHE_MS } from '../limits.ts';
import { failures } from '../http/answer-schemas.ts';
import type { ServerContext } from '../context.ts';
import type { RouteSet } from '../http/route-set.ts';
import { shareCall } from '../memory/shared-call.ts';

const aliveSchema = Type.Object(
  { status: Type.Literal('ok'), version: Type.String() },
  { additionalProperties: false, description: 'The server answers.' },
);

/** `/healthz` reports that the process is alive. `/readyz` reports that it is ready, which requires the database. */
export function healthRoutes({ state, version, clock }: ServerContext): RouteSet {
  // The route requires no key, so the number of queries must not grow with the number of requests.
  const ping = shareCall(() => state.ping(), { maxAgeMs: READY_CACHE_MS, clock });
  return (app, _options, done) => {
    app.get(
      '/healthz',
      {
        config: { access: 'open' },
        schema: {
          tags: ['server'],
          summary: 'Whether the process lives',
          response: { 200: aliveSchema, ...failures() },
        },
      },
      () => ({ status: 'ok' as const, version }),
    );
    app.get(
      '/readyz',
      {
        config: { access: 'open' },
        schema: {
          tags: ['server'],
          summary: 'Whether the server can do its work',
          response: { 200: aliveSchema, ...failures() },
        },
      },
      async () => {
        await ping();
        return { status: 'ok' as const, version };
      },
    );
    done();
  };
}

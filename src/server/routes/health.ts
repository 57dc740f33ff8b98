import { Type } from 'typebox';
import { failures } from '../answer-schemas.ts';
import type { ServerContext } from '../context.ts';
import type { RouteSet } from '../route-set.ts';

const aliveSchema = Type.Object(
  { status: Type.Literal('ok'), version: Type.String() },
  { additionalProperties: false, description: 'The server answers.' },
);

/** `/healthz`: the process lives. `/readyz`: it can do its work, which takes the database. */
export function healthRoutes({ state, version }: ServerContext): RouteSet {
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
        await state.ping();
        return { status: 'ok' as const, version };
      },
    );
    done();
  };
}

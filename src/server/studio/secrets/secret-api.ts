import { secretFields } from '../../../app/studio/secrets/secret-fields.ts';
import { actorOf } from '../../access/actor-of.ts';
import { failures } from '../../http/answer-schemas.ts';
import type { RouteSet } from '../../http/route-set.ts';
import type { StudioContext } from '../studio-context.ts';
import {
  deleteAnswerSchema,
  deleteQuerySchema,
  rotateAnswerSchema,
  secretListSchema,
  secretOrderSchema,
  secretParams,
  setAnswerSchema,
} from './secret-schemas.ts';

const config = { access: 'admin' } as const;
const tags = ['studio'];

/** `/v1/studio/secrets`: a value can be sent, and no answer contains one. */
export function secretApiRoutes({ secrets }: StudioContext): RouteSet {
  return (app, _options, done) => {
    app.get(
      '/v1/studio/secrets',
      {
        config,
        schema: { tags, summary: 'Stored secrets', response: { 200: secretListSchema, ...failures() } },
      },
      async (request) => {
        const { secrets: stored, keys } = await secrets.list(actorOf(request));
        return {
          configured: secrets.isConfigured,
          secrets: stored.map(secretFields),
          keys: keys.map(({ keyId, state, secrets: count }) => ({ key_id: keyId, state, secrets: count })),
        };
      },
    );

    app.put(
      '/v1/studio/secrets/:name',
      {
        config,
        schema: {
          tags,
          summary: 'Store a secret',
          description: 'Creates a secret or changes it. If `allowed_hosts` changes, the value is required.',
          params: secretParams,
          body: secretOrderSchema,
          response: { 200: setAnswerSchema, ...failures(409, 413, 415) },
        },
      },
      async (request) => {
        const { name } = request.params;
        const {
          value,
          allowed_hosts: allowedHosts,
          allowed_connectors: allowedConnectors,
          note,
        } = request.body;
        const order = { name, value, allowedHosts, allowedConnectors, note };
        return { name, result: await secrets.set(order, actorOf(request)) };
      },
    );

    void app.register(removalRoutes(secrets));
    done();
  };
}

function removalRoutes(secrets: StudioContext['secrets']): RouteSet {
  return (app, _options, done) => {
    app.delete(
      '/v1/studio/secrets/:name',
      {
        config,
        schema: {
          tags,
          summary: 'Delete a secret',
          params: secretParams,
          querystring: deleteQuerySchema,
          response: { 200: deleteAnswerSchema, ...failures(404, 409, 413, 415) },
        },
      },
      async (request) => {
        const { name } = request.params;
        await secrets.delete(name, request.query.confirmed, actorOf(request));
        return { name, result: 'deleted' as const };
      },
    );

    app.post(
      '/v1/studio/secrets/rotate',
      {
        config,
        schema: {
          tags,
          summary: 'Encrypt every secret with the first key',
          response: { 200: rotateAnswerSchema, ...failures(409, 413, 415) },
        },
      },
      async (request) => ({ rotated: await secrets.rotate(actorOf(request)) }),
    );
    done();
  };
}

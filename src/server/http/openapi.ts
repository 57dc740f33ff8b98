import swagger from '@fastify/swagger';
import type { FastifyContextConfig, FastifyInstance } from 'fastify';
import { failureAnswerSchema } from './answer-schemas.ts';

/** Collects the schemas of all routes that are registered later into the OpenAPI document `/openapi.json`. */
export async function describeRoutes(app: FastifyInstance, version: string): Promise<void> {
  app.addSchema(failureAnswerSchema);
  await app.register(swagger, {
    refResolver: {
      buildLocalReference: ({ $id }, _base, _fragment, index) =>
        typeof $id === 'string' ? $id : `Schema${index}`,
    },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'gemini-sync-bridge',
        version,
        description: 'Push API, Ops and server state of gemini-sync-bridge.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            description: 'A key of `keys create`, or the push token of a connector.',
          },
        },
      },
      security: [{ key: [] }],
    },
    transform: ({ schema, url, route }) => ({
      schema: { ...schema, ...whoMay(route.schema?.description, route.config?.access) },
      url,
    }),
  });
  app.get('/openapi.json', { config: { access: 'open' }, schema: { hide: true } }, () => app.swagger());
}

const RIGHTS = {
  push: 'Needs the right to push to the connector.',
  read: 'Needs the right to read.',
  author: 'Needs the right to author.',
  operate: 'Needs the right to operate.',
  admin: 'Needs the right to administer.',
} as const;

/** An open route requires no key, although the document as a whole does. */
function whoMay(description: string | undefined, access: FastifyContextConfig['access'] = 'open') {
  if (access === 'open') return { security: [] };
  return { description: [description, RIGHTS[access]].filter((part) => part !== undefined).join(' ') };
}

import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';

/** Some routes of one subject, as a plugin; their handlers have the types that their schemas say. */
export type RouteSet = FastifyPluginCallbackTypebox;

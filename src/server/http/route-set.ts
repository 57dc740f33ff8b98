import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';

/** A plugin with the routes of one subject; the types of the handlers follow from their schemas. */
export type RouteSet = FastifyPluginCallbackTypebox;

import type { FastifyReply, FastifyRequest } from 'fastify';
import { keepFlash, type Flash } from '../http/flash.ts';
import { SOURCES_PATH } from './paths.ts';

/** Shows a message on the page of all sources. */
export function redirectWith(flash: Flash, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  keepFlash(flash, SOURCES_PATH, request, reply);
  return reply.redirect(SOURCES_PATH, 303);
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';
import { FLASH_CHARACTERS_MAX } from '../limits.ts';

const flashSchema = Type.Object(
  {
    tone: Type.Enum(['good', 'warn', 'bad'] as const),
    text: Type.String(),
    /** The requested address, and the place after it; null: the end of the pass. */
    url: Type.Optional(Type.String()),
    next: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    hint: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

/** The outcome of an action, shown once on the page that the browser is redirected to. */
export type Flash = Static<typeof flashSchema>;

const NAME = 'bridge-flash';
const SECONDS_MAX = 60;

/** Keeps the message in a cookie for the pages below a path: unlike a query, a link cannot set it. */
export function keepFlash(flash: Flash, path: string, request: FastifyRequest, reply: FastifyReply): void {
  const value = Buffer.from(JSON.stringify(shortened(flash))).toString('base64url');
  reply.setCookie(NAME, value, { ...attributesOf(request, path), maxAge: SECONDS_MAX });
}

/** The message of the last action, which is then forgotten. */
export function takeFlash(path: string, request: FastifyRequest, reply: FastifyReply): Flash | undefined {
  const cookie = request.cookies[NAME];
  if (cookie === undefined) return undefined;
  reply.clearCookie(NAME, attributesOf(request, path));
  try {
    const flash: unknown = JSON.parse(Buffer.from(cookie, 'base64url').toString());
    return Check(flashSchema, flash) ? flash : undefined;
  } catch {
    return undefined;
  }
}

function attributesOf({ protocol }: FastifyRequest, path: string) {
  return { path, httpOnly: true, sameSite: 'strict', secure: protocol === 'https' } as const;
}

function shortened({ text, url, next, hint, tone }: Flash): Flash {
  return {
    tone,
    text: cut(text),
    ...(url === undefined ? {} : { url: cut(url) }),
    ...(next === undefined ? {} : { next: next === null ? null : cut(next) }),
    ...(hint === undefined ? {} : { hint: cut(hint) }),
  };
}

function cut(text: string): string {
  const characters = Array.from(text);
  return characters.length <= FLASH_CHARACTERS_MAX
    ? text
    : `${characters.slice(0, FLASH_CHARACTERS_MAX).join('')}…`;
}

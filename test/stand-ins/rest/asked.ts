import type { ReceivedRequest } from '../../support/http/http-server.ts';

/** A request taken apart. */
export interface Asked {
  readonly origin: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

export function askedOf({ url, headers }: ReceivedRequest): Asked {
  const origin = `http://${headers.host ?? ''}`;
  const { pathname, searchParams } = new URL(url, origin);
  return { origin, path: pathname, query: searchParams };
}

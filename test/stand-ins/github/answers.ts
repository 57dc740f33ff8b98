import type { IncomingHttpHeaders } from 'node:http';

/** A response of the stand-in. */
export interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request below `/repos/OWNER/NAME`, parsed. */
export interface Asked {
  readonly method: string;
  /** Such as `/git/refs`, decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

export const ok = (data: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  data,
  headers,
});

export const refused = (
  status: number,
  message: string,
  { errors, headers = {} }: { errors?: readonly unknown[]; headers?: Readonly<Record<string, string>> } = {},
): Answer => ({
  status,
  data: {
    message,
    ...(errors !== undefined && { errors }),
    documentation_url: 'https://docs.github.com/rest',
    status: String(status),
  },
  headers,
});

export const missingField = (resource: string, field: string): Answer =>
  refused(422, 'Validation Failed', { errors: [{ resource, field, code: 'missing_field' }] });

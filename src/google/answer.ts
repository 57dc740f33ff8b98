import type { Readable } from 'node:stream';
import { GOOGLE_ANSWER_BYTES_MAX } from './limits.ts';
import { readBodyStart, readWholeBody } from '../net/response-body.ts';

/** A response of any status. The caller reads its body, because the caller knows how large it may be. */
export interface StreamedAnswer {
  readonly status: number;
  readonly headers: Pick<Headers, 'get'>;
  /** The body as it was sent, perhaps compressed; undefined if the library knows that there is none. */
  readonly body: Readable | undefined;
}

export function isSuccess({ status }: Pick<StreamedAnswer, 'status'>): boolean {
  return status >= 200 && status < 300;
}

/**
 * Reads the whole text of a success. Of any other response it reads only the beginning, because the status is what matters.
 * @throws BodyError when the body of a success is too large or cannot be decompressed; errors of the connection
 */
export async function readText(answer: StreamedAnswer): Promise<string> {
  const { headers, body } = answer;
  if (body === undefined) return '';
  const encoding = headers.get('content-encoding') ?? undefined;
  const most = GOOGLE_ANSWER_BYTES_MAX;
  const bytes = isSuccess(answer)
    ? await readWholeBody(body, encoding, most, headers.get('content-length'))
    : await readBodyStart(body, encoding, most);
  return bytes.toString('utf8');
}

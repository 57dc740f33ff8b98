import type { Readable } from 'node:stream';
import { GOOGLE_ANSWER_BYTES_MAX } from './limits.ts';
import { readBodyStart, readWholeBody } from '../net/response-body.ts';

/** Any answer, whatever its status. Its body is read by the caller, who knows how large it may be. */
export interface StreamedAnswer {
  readonly status: number;
  readonly headers: Pick<Headers, 'get'>;
  /** As sent, so perhaps packed; undefined if the library knows that there is none. */
  readonly body: Readable | undefined;
}

export function isSuccess({ status }: Pick<StreamedAnswer, 'status'>): boolean {
  return status >= 200 && status < 300;
}

/**
 * The whole text of a success; of anything else the beginning, because its status says what counts.
 * @throws BodyError when a success is too large or cannot be unpacked; what the connection throws
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

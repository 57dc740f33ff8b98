import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError } from 'fastify';
import { SERVER_HEADERS_BYTES_MAX } from '../../limits.ts';
import type { Logger } from '../../../core/log.ts';
import { failureAnswer } from '../failure-answers.ts';
import { HttpError } from '../http-error.ts';

/**
 * Responds in the common failure format to what Node rejects before a request exists: malformed HTTP, headers that are too
 * large, or bytes that arrive too slowly. The connection is closed afterwards.
 */
export function answerProtocolFailures(log: Logger): (thrown: ConnectionError, socket: Socket) => void {
  return (thrown, socket) => {
    // The client has disconnected, or further bytes would belong to an earlier response.
    if (thrown.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const error = protocolError(thrown.code);
    const requestId = randomUUID();
    log.debug('no request', {
      request_id: requestId,
      reason: thrown.code,
      status: error.status,
      address: socket.remoteAddress,
    });
    const body = JSON.stringify(failureAnswer(error, requestId));
    const head = [
      `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'cache-control: no-store',
      'x-content-type-options: nosniff',
      `x-request-id: ${requestId}`,
      'connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    socket.destroySoon();
  };
}

function protocolError(code: string): HttpError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new HttpError(
      'REQUEST_TIMEOUT',
      'The request did not arrive in time, so nothing of it was done.',
      { hint: 'Send it again, faster or in smaller parts.' },
    );
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new HttpError(
      'HEADERS_TOO_LARGE',
      `The path and headers have more than ${SERVER_HEADERS_BYTES_MAX} bytes.`,
    );
  }
  return new HttpError('BAD_REQUEST', 'Malformed or ambiguous HTTP request.', {
    hint: 'Is its Content-Length right, and is it sent without TLS? This server speaks plain HTTP.',
  });
}

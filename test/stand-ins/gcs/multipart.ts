import { Refusal, type Call } from './exchange.ts';
import type { Receiver } from './receiving.ts';

const HEAD_BYTES_MAX = 65_536;

/** Reads `multipart/related`: metadata as JSON, then the content, which goes to the receiver as it comes. */
export async function readMultipart(call: Call, receiver: Receiver): Promise<Record<string, unknown>> {
  const boundary = /^multipart\/related;.*boundary="?([^";]+)/.exec(call.headers['content-type'] ?? '')?.[1];
  if (boundary === undefined) throw malformed('its content type is not multipart/related');
  const ending = Buffer.from(`\r\n--${boundary}--`);
  let head: { metadata: Record<string, unknown>; contentStart: number } | undefined;
  /** The bytes of the head until it is complete; then a possible start of the final boundary. */
  let held = Buffer.alloc(0);
  for await (const chunk of call.body) {
    held = Buffer.concat([held, chunk]);
    if (head === undefined) {
      head = headOf(held, boundary);
      if (head === undefined && held.length > HEAD_BYTES_MAX) throw malformed('its metadata does not end');
      held = held.subarray(head?.contentStart ?? 0);
    }
    // Two more: a line break may follow the end.
    const sure = held.length - ending.length - 2;
    if (head === undefined || sure <= 0) continue;
    await receiver.append(held.subarray(0, sure));
    held = held.subarray(sure);
  }
  const end = held.lastIndexOf(ending);
  if (head === undefined || end < 0) throw malformed('it ends too early');
  await receiver.append(held.subarray(0, end));
  return head.metadata;
}

function headOf(bytes: Buffer, boundary: string) {
  const metadataStart = after(bytes, '\r\n\r\n', 0);
  const separator = bytes.indexOf(`\r\n--${boundary}`, metadataStart);
  const contentStart = separator < 0 ? -1 : after(bytes, '\r\n\r\n', separator);
  if (metadataStart < 0 || contentStart < 0) return undefined;
  return { metadata: metadataOf(bytes.toString('utf8', metadataStart, separator)), contentStart };
}

function after(bytes: Buffer, text: string, from: number): number {
  const found = bytes.indexOf(text, from);
  return found < 0 ? -1 : found + text.length;
}

/** @throws Refusal 400 */
export function metadataOf(text: string): Record<string, unknown> {
  if (text.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch {
    // Said below.
  }
  throw malformed('its metadata is not a JSON object');
}

function malformed(problem: string): Refusal {
  return new Refusal(400, 'parseError', `Malformed upload: ${problem}.`);
}

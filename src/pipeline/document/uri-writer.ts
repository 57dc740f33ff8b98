import { isUtf8 } from 'node:buffer';
import {
  encodeValue,
  keptBytes,
  placedParts,
  uriOf,
  type UriPlace,
} from '../../definitions/templates/uri-text.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { byteAt, itemAt } from './in-range.ts';
import type { Column } from '../ports/ports.ts';
import {
  failureOf,
  writerFor,
  missing,
  type PlainParts,
  type Template,
  type TemplateWriter,
} from '../mapping/template-writer.ts';
import { textWriter } from './values.ts';

const VALUE_BYTES_TYPICAL = 256;

/**
 * Returns a writer of links. If all values come after a host that the template names, most are simply copied.
 * @param columnOf returns the index of a column that is known to exist, by name
 */
export function uriWriter(
  template: Template,
  columns: readonly Column[],
  columnOf: (name: string) => number,
): TemplateWriter {
  return writerFor(template, columns, columnOf, plainUriWriter);
}

function plainUriWriter(
  parts: PlainParts,
  columns: readonly Column[],
  columnOf: (name: string) => number,
): TemplateWriter {
  const placed = placedParts(parts);
  if (placed === undefined) return joinedWriter(parts, columns, columnOf);
  const steps = placed.map((part) => {
    if ('literal' in part) return { literal: Buffer.from(part.literal) };
    return { ...valueOf(part.field, columns, columnOf), place: part.place, kept: keptBytes(part.place) };
  });
  return (row, out) => {
    for (const step of steps) {
      if ('literal' in step) {
        out.raw(step.literal);
        continue;
      }
      const { column, write, place, kept } = step;
      const length = row.length(column);
      if (length > 0) {
        const from = out.length;
        const start = row.start(column);
        write(out, row.bytes, start, start + length);
        if (!areKept(out, from, kept)) encodeFrom(out, from, place);
      } else if (row.isAbsent(column)) return missing(step.name);
    }
    return undefined;
  };
}

function areKept({ bytes, length }: ByteWriter, from: number, kept: Uint8Array): boolean {
  for (let at = from; at < length; at++) {
    if (byteAt(kept, byteAt(bytes, at)) === 0) return false;
  }
  return true;
}

/** Invalid UTF-8 is kept, so that its row is quarantined for it. */
function encodeFrom(out: ByteWriter, from: number, place: UriPlace): void {
  const written = out.bytes.subarray(from, out.length);
  if (!isUtf8(written)) return;
  const encoded = encodeValue(written.toString('utf8'), place);
  out.length = from;
  out.latin1(encoded);
}

/** Returns a writer for links in which a value may be a complete URL: only its text shows whether it is. */
function joinedWriter(
  parts: PlainParts,
  columns: readonly Column[],
  columnOf: (name: string) => number,
): TemplateWriter {
  const steps = parts.map((part) =>
    'text' in part ? { literal: part.text } : valueOf(part.field, columns, columnOf),
  );
  const scratch = new ByteWriter(VALUE_BYTES_TYPICAL);
  return (row, out) => {
    const pieces = [];
    for (const step of steps) {
      if ('literal' in step) {
        pieces.push(step);
        continue;
      }
      if (row.isAbsent(step.column)) return missing(step.name);
      scratch.length = 0;
      const length = row.length(step.column);
      const start = row.start(step.column);
      if (length > 0) step.write(scratch, row.bytes, start, start + length);
      if (scratch.length > 0) pieces.push({ value: scratch.bytes.toString('utf8', 0, scratch.length) });
    }
    try {
      out.utf8(uriOf(pieces));
    } catch (thrown) {
      return failureOf(thrown);
    }
    return undefined;
  };
}

function valueOf(name: string, columns: readonly Column[], columnOf: (name: string) => number) {
  const column = columnOf(name);
  return { name, column, write: textWriter(itemAt(columns, column).kind) };
}

import type { JsonForm, TextForm } from '../../kernel/program.ts';
import type { ColumnKind } from '../ports/ports.ts';
import type { PlainParts, Template } from './template-writer.ts';

/** Thrown while a mapping is compiled that the kernel cannot render. */
export class NotOfKernel extends Error {}

/** @throws NotOfKernel for JSON and arrays */
export function textForm(kind: ColumnKind): TextForm {
  switch (kind) {
    case 'boolean':
      return 'boolean';
    case 'timestamp':
    case 'timestamptz':
      return 'timestamp';
    case 'text':
    case 'integer':
    case 'decimal':
    case 'float':
    case 'date':
    case 'bytes':
      return 'verbatim';
    case 'json':
    case 'array':
      throw new NotOfKernel();
  }
}

/** @throws NotOfKernel for JSON, bytes and arrays */
export function jsonForm(kind: ColumnKind): JsonForm {
  switch (kind) {
    case 'integer':
    case 'decimal':
    case 'float':
      return 'number';
    case 'bytes':
      throw new NotOfKernel();
    case 'boolean':
    case 'timestamp':
    case 'timestamptz':
    case 'text':
    case 'date':
    case 'json':
    case 'array':
      return textForm(kind);
  }
}

/** @throws NotOfKernel for a template that needs the engine */
export function plainParts({ plain }: Template): PlainParts {
  if (plain === undefined) throw new NotOfKernel();
  return plain;
}

/** The text as the inside of a JSON string. A lone surrogate becomes U+FFFD, as in its bytes. */
export function insideJson(text: string): string {
  return JSON.stringify(text.toWellFormed()).slice(1, -1);
}

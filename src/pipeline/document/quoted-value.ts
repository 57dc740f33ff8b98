import { QUOTED_VALUE_CHARACTERS_MAX } from '../limits.ts';
import { printable } from '../../core/text/printable.ts';

/** A value from outside as a reason repeats it: on one line, cut, and between backticks, so that its own quotation marks stay. */
export function quotedValue(value: string): string {
  const cut = value.length > QUOTED_VALUE_CHARACTERS_MAX;
  return `\`${printable(cut ? `${value.slice(0, QUOTED_VALUE_CHARACTERS_MAX)}…` : value)}\``;
}

/** The name of a field as a reason repeats it. */
export function fieldNamed(name: string): string {
  return `field ${printable(JSON.stringify(name))}`;
}

import { QUOTED_VALUE_CHARACTERS_MAX } from '../limits.ts';
import { printable } from '../../core/text/printable.ts';

/**
 * Returns an external value for use in a reason: on one line, truncated, and between backticks, so that its own quotation marks
 * stay.
 */
export function quotedValue(value: string): string {
  const cut = value.length > QUOTED_VALUE_CHARACTERS_MAX;
  return `\`${printable(cut ? `${value.slice(0, QUOTED_VALUE_CHARACTERS_MAX)}…` : value)}\``;
}

/** Returns the name of a field for use in a reason. */
export function fieldNamed(name: string): string {
  return `field ${printable(JSON.stringify(name))}`;
}

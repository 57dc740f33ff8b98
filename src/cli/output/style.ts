import type { OutputStream } from '../command-io.ts';
import { styleCode } from './terminal.ts';

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Colours text for one stream, or leaves it unchanged if the stream is not a terminal or colours are disabled. */
export type Style = Readonly<Record<keyof typeof CODES, (text: string) => string>>;

export function styleFor(stream: OutputStream, noColor: boolean): Style {
  const enabled = hasColors(stream, noColor);
  const paint = (code: number) => (text: string) =>
    enabled ? `${styleCode(code)}${text}${styleCode(0)}` : text;
  return {
    bold: paint(CODES.bold),
    dim: paint(CODES.dim),
    red: paint(CODES.red),
    green: paint(CODES.green),
    yellow: paint(CODES.yellow),
    cyan: paint(CODES.cyan),
  };
}

const asItIs = (text: string) => text;

/** Leaves text unchanged, for outputs that never have colours. */
export const PLAIN: Style = {
  bold: asItIs,
  dim: asItIs,
  red: asItIs,
  green: asItIs,
  yellow: asItIs,
  cyan: asItIs,
};

export function hasColors({ isTTY }: OutputStream, noColor: boolean): boolean {
  return isTTY === true && !noColor;
}

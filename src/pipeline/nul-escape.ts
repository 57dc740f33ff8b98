const NUL_ESCAPE = Buffer.from('\\u0000');

/** A NUL that came in through a JSON column, already escaped: after an even number of backslashes. */
export function holdsNulEscape(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(NUL_ESCAPE); at >= 0; at = bytes.indexOf(NUL_ESCAPE, at + 1)) {
    let backslashes = 0;
    while (bytes[at - 1 - backslashes] === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return true;
  }
  return false;
}

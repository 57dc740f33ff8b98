import { expect, test } from '@jest/globals';
import type { BridgeError } from '../../../src/core/errors.ts';
import type { SessionPhase } from '../../../src/sources/driver-errors.ts';

/** An error of a driver in one phase, and what it is to become: our code, with some words in the hint. */
export type DriverErrorRow = readonly [
  phase: SessionPhase,
  properties: object,
  message: string,
  code: string,
  hint: string,
];

/** A test for each row. */
export function testDriverErrors(
  rows: readonly DriverErrorRow[],
  errorOf: (error: Error, phase: SessionPhase) => BridgeError,
): void {
  test.each(rows)('in %s, %j (%s) is %s, with %s in the hint', (phase, properties, message, code, hint) => {
    const error = Object.assign(new Error(message), properties);
    expect(errorOf(error, phase)).toMatchObject({ code, hint: expect.stringContaining(hint) });
  });
}

/**
 * The environment of a Node process whose wall clock is wrong from its first instruction on: `Date.now()` and `new Date()` are
 * shifted. Durations and timers are right, as on a machine whose clock is wrong. The clock of SQLite is in the process, but not
 * in JavaScript, so it is right, like that of a database server.
 * @param ahead in seconds; a negative number means slow
 */
export function skewedClock(ahead: number): { readonly NODE_OPTIONS: string } {
  const preload = `
    globalThis.Date = new Proxy(Date, {
      construct: (date, given, target) =>
        Reflect.construct(date, given.length === 0 ? [date.now() + ${ahead * 1_000}] : given, target),
      get: (date, key) => (key === 'now' ? () => date.now() + ${ahead * 1_000} : Reflect.get(date, key)),
    });`;
  return { NODE_OPTIONS: `--import=data:text/javascript;base64,${Buffer.from(preload).toString('base64')}` };
}

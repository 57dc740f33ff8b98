const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * Returns the seconds of a duration in a definition: `90s`, `5m`, `2h`, `1d`.
 * @returns undefined for a text in another form
 */
export function durationSeconds(text: string): number | undefined {
  const { amount, unit = '' } = /^(?<amount>\d{1,6})(?<unit>[smhd])$/.exec(text)?.groups ?? {};
  const seconds = UNIT_SECONDS[unit];
  return amount === undefined || seconds === undefined ? undefined : Number(amount) * seconds;
}

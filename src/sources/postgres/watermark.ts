import type { SqlSourceSpec } from '../../connector/types.ts';
import { parseWatermarkLag } from '../../connector/watermark.ts';
import { BridgeError } from '../../core/errors.ts';
import { WATERMARK_LAG_DEFAULT_SECONDS, WATERMARK_LAG_DEFAULT_STEPS } from '../../core/limits.ts';
import type { PostgresClient, PostgresField } from './client.ts';
import { watermarkIndex } from '../sql/query.ts';
import { WATERMARK_TYPES, type WatermarkType } from './types.ts';

/** The finest step of a timestamp. */
const MICROSECOND = 0.000_001;
const SECONDS_PER_DAY = 86_400;

/** A delta query's window: what is bound to `:watermark` now, and the checkpoint once its rows are committed. */
export interface WatermarkWindow {
  readonly from: string;
  /** Undefined when no row has a watermark. */
  readonly to: string | undefined;
}

/**
 * Asks the database for the window of a delta query. All comparing and subtracting is done there, so that no digit is lost.
 *
 * The start lies one step before the checkpoint even with a lag of nothing: a query with `>` then still lists rows that share
 * the checkpoint's value and came later. What is listed twice is not sent twice, for checksums decide.
 * @param bound the query with `$1` for its watermark
 */
export async function watermarkWindow(
  client: PostgresClient,
  spec: SqlSourceSpec,
  bound: string,
  fields: readonly PostgresField[],
  checkpoint: string | undefined,
): Promise<WatermarkWindow> {
  const name = spec.watermarkField ?? '';
  const type = watermarkType(name, fields);
  const from = checkpoint === undefined ? type.lowest : await startBefore(client, type, spec, checkpoint);
  return { from, to: await highest(client, type, name, bound, from) };
}

/** @throws BridgeError SOURCE_COLUMN_MISSING; NOT_SUPPORTED for a column that cannot be a watermark */
export function watermarkType(name: string, fields: readonly PostgresField[]): WatermarkType {
  const field = fields[watermarkIndex(name, fields)];
  const type = WATERMARK_TYPES.get(field?.oid ?? 0);
  if (type !== undefined) return type;
  const known = [...new Set([...WATERMARK_TYPES.values()].map(({ sqlType }) => sqlType))].join(', ');
  throw new BridgeError('NOT_SUPPORTED', `The column ${name} has a type that cannot be a watermark.`, {
    hint: `Cast it in the query to one of ${known}.`,
  });
}

async function startBefore(
  client: PostgresClient,
  { sqlType, lowest, measure }: WatermarkType,
  spec: SqlSourceSpec,
  checkpoint: string,
): Promise<string> {
  if (measure === 'none') return checkpoint;
  const lag = parseWatermarkLag(spec.watermarkLag);
  const seconds = lag !== undefined && 'seconds' in lag ? lag.seconds : WATERMARK_LAG_DEFAULT_SECONDS;
  const steps = lag !== undefined && 'steps' in lag ? lag.steps : WATERMARK_LAG_DEFAULT_STEPS;
  switch (measure) {
    case 'seconds':
      return value(client, `SELECT ($1::${sqlType} - make_interval(secs => $2))::text`, [
        checkpoint,
        Math.max(seconds, MICROSECOND),
      ]);
    case 'days':
      return value(client, 'SELECT ($1::date - $2::int)::text', [
        checkpoint,
        Math.ceil(seconds / SECONDS_PER_DAY) + 1,
      ]);
    case 'steps':
      return value(client, 'SELECT GREATEST($1::numeric - $2::numeric, $3::numeric)::text', [
        checkpoint,
        Math.max(steps, 1),
        lowest,
      ]);
  }
}

/** `infinity` and `NaN` are no watermarks: nothing would ever come after them. Rows that have one are listed by every run. */
async function highest(
  client: PostgresClient,
  { measure }: WatermarkType,
  name: string,
  bound: string,
  from: string,
): Promise<string | undefined> {
  const column = `listed."${name.replaceAll('"', '""')}"`;
  const endless =
    measure === 'none'
      ? ''
      : ` AND ${column}::text NOT IN ('infinity', '-infinity', 'Infinity', '-Infinity', 'NaN')`;
  const rows = await client.query(
    `SELECT ${column}::text FROM (\n${bound}\n) AS listed
WHERE ${column} IS NOT NULL${endless} ORDER BY ${column} DESC LIMIT 1`,
    [from],
  );
  return rows[0]?.[0] ?? undefined;
}

async function value(client: PostgresClient, text: string, values: (string | number)[]): Promise<string> {
  const rows = await client.query(text, values);
  return rows[0]?.[0] ?? '';
}

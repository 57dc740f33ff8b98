import type { SqlSourceSpec } from '../../definitions/connector/types.ts';
import { watermarkLagIn, type WatermarkUnit } from '../../definitions/connector/watermark.ts';
import { BridgeError } from '../../core/errors.ts';
import type { RowsAhead } from '../../pipeline/ports/rows-ahead.ts';
import { asError, codeOf } from '../../core/thrown.ts';
import { notComparable } from '../sql/delta.ts';
import { watermarkIndex } from '../sql/query.ts';
import type { PostgresClient, PostgresField } from './client.ts';
import { isBindable, WATERMARK_TYPES, type WatermarkType } from './types.ts';

/** The smallest step of a timestamp, in seconds. */
const MICROSECOND = 0.000_001;
const SECONDS_PER_DAY = 86_400;
/** Time zones reach from 12 hours before UTC to 14 hours after it. */
const LOCAL_TIME_AHEAD_SECONDS = 14 * 3_600;
/** The SQLSTATE of a value that an operation rejects: class 22, and `cannot convert infinity to bigint`. */
const VALUE_STATES = /^(?:22|0A000$)/;

const UNITS: Readonly<Record<WatermarkType['measure'], WatermarkUnit>> = {
  seconds: 'seconds',
  days: 'seconds',
  steps: 'steps',
  none: 'none',
};

/** A delta query's window: the value that is bound to `:watermark` now, and the checkpoint after its rows are committed. */
export interface WatermarkWindow {
  readonly from: string;
  /** Undefined if no row has a watermark. */
  readonly to: string | undefined;
  readonly ahead: RowsAhead | undefined;
}

/** The watermark of a delta query, as the database described it. */
export interface PostgresWatermark extends WatermarkType {
  /** The name of its column. */
  readonly name: string;
  /** The lag in seconds or in steps. */
  readonly lag: number;
}

/**
 * @param parameters the types that the database found for `:watermark`, one for each occurrence in the query
 * @throws BridgeError SOURCE_COLUMN_MISSING; NOT_SUPPORTED for a column that cannot be a watermark; SOURCE_QUERY_INVALID if the
 *   query compares it with another type; CONNECTOR_INVALID for a lag in another unit
 */
export function watermarkOf(
  spec: SqlSourceSpec,
  fields: readonly PostgresField[],
  parameters: readonly number[],
): PostgresWatermark {
  const { watermarkField: name = '', watermarkLag } = spec;
  const oid = fields[watermarkIndex(name, fields)]?.oid ?? 0;
  const type = WATERMARK_TYPES.get(oid);
  if (type === undefined) {
    const known = [...new Set([...WATERMARK_TYPES.values()].map(({ sqlType }) => sqlType))].join(', ');
    throw new BridgeError('NOT_SUPPORTED', `The column ${name} has a type that cannot be a watermark.`, {
      hint: `Cast it in the query to one of ${known}.`,
    });
  }
  const other = parameters.find((parameter) => !isBindable(oid, parameter));
  if (other !== undefined) throw ofAnotherType(name, type, WATERMARK_TYPES.get(other)?.sqlType);
  return { ...type, name, lag: watermarkLagIn(UNITS[type.measure], watermarkLag, name) };
}

/**
 * Queries the window of a delta query. The database does all comparisons and subtractions, so that no digit is lost.
 *
 * The start lies one step before the checkpoint even with a lag of zero: a query with `>` then still lists rows that share the
 * checkpoint's value and were added later. A row that is listed twice is not sent twice, because its checksum is compared. A
 * checkpoint after the database's own current time is not valid, so everything is read again.
 * @param bound the query with `$1` for its watermark
 * @throws BridgeError SOURCE_QUERY_INVALID if the query compares its watermark with a value of another kind
 */
export async function watermarkWindow(
  client: PostgresClient,
  watermark: PostgresWatermark,
  bound: string,
  checkpoint: string | undefined,
): Promise<WatermarkWindow> {
  if (checkpoint !== undefined && !(await isAhead(client, watermark, checkpoint))) {
    const from = await before(client, watermark, checkpoint, watermark.lag);
    return { from, ...(await endOf(client, watermark, bound, from)) };
  }
  const window = await firstWindow(client, watermark, bound);
  if (window.to !== undefined && watermark.measure !== 'none')
    await requireComparable(client, watermark, bound, window.to);
  return window;
}

/** The query's arithmetic may turn the lowest value into NULL or reject it, so higher ones are tried until one lists rows. */
async function firstWindow(
  client: PostgresClient,
  watermark: PostgresWatermark,
  bound: string,
): Promise<WatermarkWindow> {
  let failure: unknown;
  let answered: WatermarkWindow | undefined;
  for (const from of watermark.lowest) {
    await client.execute('SAVEPOINT lowest');
    try {
      const window = { from, ...(await endOf(client, watermark, bound, from)) };
      const listed =
        window.to !== undefined || window.ahead !== undefined || (await lists(client, bound, from));
      await client.execute('RELEASE lowest');
      if (listed) return window;
      answered ??= window;
    } catch (thrown) {
      if (!VALUE_STATES.test(codeOf(asError(thrown)))) throw thrown;
      await client.execute('ROLLBACK TO lowest');
      failure ??= thrown;
    }
  }
  if (answered === undefined) throw failure;
  return answered;
}

/** The query must list the row with the highest watermark of this listing when it gets the `:watermark` of the next run. */
async function requireComparable(
  client: PostgresClient,
  watermark: PostgresWatermark,
  bound: string,
  highest: string,
): Promise<void> {
  const next = await before(client, watermark, highest, watermark.lag);
  if (!(await lists(client, bound, next))) throw notComparable(watermark.name, next, highest);
}

async function lists(client: PostgresClient, bound: string, from: string): Promise<boolean> {
  const rows = await client.query(`SELECT 1 FROM (\n${bound}\n) AS listed LIMIT 1`, [from]);
  return rows.length > 0;
}

async function before(
  client: PostgresClient,
  { sqlType, lowest, measure }: WatermarkType,
  watermark: string,
  lag: number,
): Promise<string> {
  switch (measure) {
    case 'none':
      return watermark;
    case 'seconds':
      return value(client, `SELECT ($1::${sqlType} - make_interval(secs => $2))::text`, [
        watermark,
        Math.max(lag, MICROSECOND),
      ]);
    case 'days':
      return value(client, 'SELECT ($1::date - $2::int)::text', [
        watermark,
        Math.ceil(lag / SECONDS_PER_DAY) + 1,
      ]);
    case 'steps':
      return value(client, 'SELECT GREATEST($1::numeric - $2::numeric, $3::numeric)::text', [
        watermark,
        Math.max(lag, 1),
        lowest[0],
      ]);
  }
}

/**
 * The latest value that may become a checkpoint, in SQL; undefined for a type that has no current time. The next run starts
 * one lag before its checkpoint, so a checkpoint up to one lag in the future skips nothing.
 */
function highestCheckpoint({ sqlType, measure, lag }: PostgresWatermark): string | undefined {
  if (measure === 'steps' || measure === 'none') return undefined;
  // A time without a zone may be local time in any time zone.
  const seconds = sqlType === 'timestamptz' ? lag : lag + LOCAL_TIME_AHEAD_SECONDS;
  return `(clock_timestamp() + interval '${seconds} seconds')::${sqlType}`;
}

async function isAhead(
  client: PostgresClient,
  watermark: PostgresWatermark,
  checkpoint: string,
): Promise<boolean> {
  const ceiling = highestCheckpoint(watermark);
  if (ceiling === undefined) return false;
  return (await value(client, `SELECT $1::${watermark.sqlType} > ${ceiling}`, [checkpoint])) === 't';
}

/**
 * The highest watermark, and the rows after the ceiling. `infinity` and `NaN` are not watermarks, because no value would ever
 * come after them. Every run lists the rows that have one.
 */
async function endOf(
  client: PostgresClient,
  watermark: PostgresWatermark,
  bound: string,
  from: string,
): Promise<Pick<WatermarkWindow, 'to' | 'ahead'>> {
  const column = `listed."${watermark.name.replaceAll('"', '""')}"`;
  const ceiling = highestCheckpoint(watermark);
  const endless =
    watermark.measure === 'none'
      ? ''
      : ` AND ${column}::text NOT IN ('infinity', '-infinity', 'Infinity', '-Infinity', 'NaN')`;
  const finite = `FROM (\n${bound}\n) AS listed WHERE ${column} IS NOT NULL${endless}`;
  const isAfter = ceiling === undefined ? 'false' : `${column} > ${ceiling}`;
  const highest = async (condition: string): Promise<readonly (string | null)[] | undefined> =>
    (
      await client.query(
        `SELECT ${column}::text, ${isAfter} ${finite}${condition} ORDER BY ${column} DESC LIMIT 1`,
        [from],
      )
    )[0];
  const [last, after] = (await highest('')) ?? [];
  if (after !== 't') return { to: last ?? undefined, ahead: undefined };
  // This is rare, so it is queried only here: the query then runs three times.
  const [to] = (await highest(` AND NOT (${isAfter})`)) ?? [];
  const [[rows] = []] = await client.query(`SELECT count(*) ${finite} AND ${isAfter}`, [from]);
  return { to: to ?? undefined, ahead: { rows: Number(rows), highest: last ?? '' } };
}

async function value(client: PostgresClient, text: string, values: (string | number)[]): Promise<string> {
  const rows = await client.query(text, values);
  return rows[0]?.[0] ?? '';
}

function ofAnotherType(name: string, { sqlType }: WatermarkType, other: string | undefined): BridgeError {
  return new BridgeError(
    'SOURCE_QUERY_INVALID',
    `spec.source.query compares :watermark with a value of ${other === undefined ? 'another type' : `type ${other}`}, but ${JSON.stringify(name)}, whose highest value is bound to it, is of type ${sqlType}.`,
    {
      hint: 'Compare :watermark with the expression that the query returns under that name, or return the column as it is compared: a time zone or a format that is changed only in the SELECT list makes later runs pass over rows.',
    },
  );
}

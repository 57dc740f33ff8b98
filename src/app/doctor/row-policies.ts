import { isSqlSource, type Connector } from '../../definitions/connector/types.ts';
import type { RowPolicy } from '../../sources/opened-source.ts';
import { withSource, type SourceSurroundings } from '../run/with-source.ts';
import { check, skip, warn, type DoctorFinding } from './finding.ts';

/** The number of policies that a message names; there can be one for each table. */
const POLICIES_NAMED_MAX = 5;

/**
 * Whether row-level policies of a database may hide rows from its user. They are not a failure, because the visible rows may
 * be all that the connector is meant to list. Most users may not read policies, so it is not a warning if this cannot be
 * checked.
 */
export async function rowPolicyFindings(
  connector: Connector,
  surroundings: SourceSurroundings,
  signal: AbortSignal,
): Promise<DoctorFinding[]> {
  const { source } = connector.spec;
  if (!isSqlSource(source)) return [];
  const { query, type } = source;
  const findings = await check('source', signal, (inTime) =>
    withSource(connector, surroundings, async (opened) => {
      const policies = (await opened.rowPolicies?.(inTime)) ?? [];
      return policies.length === 0 ? [] : [hiddenRows(policies, query, type)];
    }),
  );
  return findings.flatMap((finding) =>
    finding.status === 'fail' && finding.code !== 'INTERNAL'
      ? skip(['source'], `whether row-level security hides rows: ${withoutStop(finding.message)}`)
      : [finding],
  );
}

function hiddenRows(policies: readonly RowPolicy[], query: string, type: string): DoctorFinding {
  const words = wordsOf(query);
  const named = policies.filter(({ table }) => words.includes(wordsOf(table)));
  const what =
    named.length > 0
      ? `Row-level security may hide rows of tables that the query names: ${listOf(named)}.`
      : `Row-level security of this database may hide rows, if the query reads these tables, perhaps through a view: ${listOf(policies)}.`;
  const all = type === 'oracle' ? ' (grant it EXEMPT ACCESS POLICY, or change the policy)' : '';
  const fix = `A hidden row counts as deleted. Check that the user of the connector sees every row that is to be listed${all}.`;
  return warn('source', what, fix);
}

function listOf(policies: readonly RowPolicy[]): string {
  const shown = policies
    .slice(0, POLICIES_NAMED_MAX)
    .map(({ name, schema, table }) => `${name} on ${schema}.${table}`);
  const left = policies.length - shown.length;
  return left === 0 ? shown.join(', ') : `${shown.join(', ')} and ${left} more`;
}

/** Normalizes a text to lower-case words separated by single spaces, without quotation marks. */
function wordsOf(text: string): string {
  return ` ${text.toLowerCase().replaceAll(/[^\p{L}\p{N}_$#@]+/gu, ' ')} `;
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

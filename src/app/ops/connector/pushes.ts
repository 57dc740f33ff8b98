import { fieldOf, textOf } from '../../../gemini/api/json-fields.ts';
import type { AnsweredPush } from '../../../state/push/newest.ts';
import type { OpsState } from '../../../state/server/ops-state.ts';
import { OPS_PUSHES_SHOWN, OPS_REFUSED_PUSHES_SHOWN } from '../../limits.ts';
import type { OpsConnectorDetail, OpsPush } from '../model/connector-detail.ts';

/** The push URL of a connector, its newest pushes, and those that were refused as a whole. */
export async function pushesOf(
  connectorId: string,
  baseUrl: string | undefined,
  state: Pick<OpsState, 'newestPushes' | 'refusedPushes'>,
): Promise<OpsConnectorDetail['pushes']> {
  const path = `/v1/connectors/${connectorId}/events`;
  const newest = await state.newestPushes(connectorId, OPS_PUSHES_SHOWN);
  const refused = await state.refusedPushes(connectorId, OPS_REFUSED_PUSHES_SHOWN);
  return {
    path,
    url: baseUrl === undefined ? null : `${baseUrl}${path}`,
    newest: newest.map(opsPush),
    refused: refused.map(({ pushedBy, code, reason, pushes, events, firstAt, lastAt }) => ({
      pushed_by: pushedBy,
      code,
      reason,
      pushes,
      events,
      first_at: firstAt,
      last_at: lastAt,
    })),
  };
}

function opsPush({
  pushRunId,
  receivedAt,
  pushedBy,
  accepted,
  rejected,
  waiting,
  answer,
}: AnsweredPush): OpsPush {
  return {
    push_run_id: pushRunId,
    received_at: receivedAt,
    pushed_by: pushedBy,
    accepted,
    rejected,
    waiting,
    refused_for: rejected === 0 ? [] : codesIn(answer),
  };
}

/** The error codes in a response, each once; empty if the response cannot be read. */
function codesIn(answer: string): string[] {
  const errors = fieldOf(parsed(answer), 'errors');
  const codes = Array.isArray(errors) ? errors.flatMap((error: unknown) => textOf(error, 'code') ?? []) : [];
  return [...new Set(codes)].sort();
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

import { fieldOf, textOf } from '../../../gemini/api/json-fields.ts';
import type { AnsweredPush } from '../../../state/push/newest.ts';
import type { OpsPush } from '../model/connector-detail.ts';

export function opsPush({
  pushRunId,
  receivedAt,
  accepted,
  rejected,
  waiting,
  answer,
}: AnsweredPush): OpsPush {
  return {
    push_run_id: pushRunId,
    received_at: receivedAt,
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

import { Counter, Registry } from 'prom-client';
import { METRICS_PREFIX } from './names.ts';

/**
 * The reasons for refusing a key. `blocked`: refused whatever the key is, because too many wrong keys had come from its address.
 */
const REASONS = ['unknown', 'revoked', 'expired', 'blocked'] as const;
export type RefusedKeyReason = (typeof REASONS)[number];

/** Counts the keys that one server refused. */
export interface RefusedKeyRecorder {
  record(reason: RefusedKeyReason): void;
  /** In Prometheus' text format. */
  text(): Promise<string>;
}

export function createRefusedKeyRecorder(): RefusedKeyRecorder {
  const registry = new Registry();
  const counter = new Counter({
    name: `${METRICS_PREFIX}refused_keys_total`,
    help: 'Keys that were refused, by why.',
    labelNames: ['reason'],
    registers: [registry],
  });
  // The counters start at 0, so that the first refusal is an increase.
  for (const reason of REASONS) counter.inc({ reason }, 0);
  return {
    record(reason) {
      counter.inc({ reason });
    },
    text: () => registry.metrics(),
  };
}

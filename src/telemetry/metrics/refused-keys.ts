import { Counter, Registry } from 'prom-client';
import { METRICS_PREFIX } from './names.ts';

/** `blocked`: whatever it was, too many wrong ones had come from its address. */
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
  // From the start on, so that the first one is an increase.
  for (const reason of REASONS) counter.inc({ reason }, 0);
  return {
    record(reason) {
      counter.inc({ reason });
    },
    text: () => registry.metrics(),
  };
}

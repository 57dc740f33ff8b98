/** The prefix of all metrics of this program. */
export const METRICS_PREFIX = 'gemini_sync_bridge_';

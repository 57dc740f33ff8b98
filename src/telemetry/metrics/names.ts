/** What all metrics of this program begin with. */
export const METRICS_PREFIX = 'gemini_sync_bridge_';

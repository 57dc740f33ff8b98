/** Limits of generated Kestra flows. */

/**
 * An execution is ended after this time. All attempts of the flow run_definition together take at most 5 hours, so an execution
 * that takes longer hangs, and would cancel every later one.
 */
export const KESTRA_EXECUTION_HOURS_MAX = 6;

/** A missed start is made up for within this time: long enough for an outage over a weekend. */
export const KESTRA_CATCH_UP_HOURS_MAX = 168;

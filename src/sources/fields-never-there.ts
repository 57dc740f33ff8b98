/** For the log, about optional fields that a whole listing lacks: only conditions of the templates ask for them. */
export const NEVER_THERE =
  'no row of the listing has fields that conditions of the templates ask for; check their names';

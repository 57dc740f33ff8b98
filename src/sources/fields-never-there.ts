/** A log message about optional fields that no record of a listing has and that only conditions of the templates use. */
export const FIELDS_IN_NO_ROW =
  'no row of the listing has fields that conditions of the templates ask for; check their names';

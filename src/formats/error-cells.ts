/** The error values that spreadsheets write; `#NAME?` and some others are the same in several languages. */
const ERROR_CELLS = [
  String.raw`#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!)`,
  '#(?:EXTERNAL!|PYTHON!|ERROR!|GETTING_DATA)',
  // These are the German, French and Spanish ones.
  '#(?:NV|BEZUG!|WERT!|ZAHL!|ÜBERLAUF!|KALK!)',
  String.raw`#(?:VALEUR!|NOM\?|NOMBRE!|NUL!|PROPAGATION!)`,
  String.raw`#(?:N/D|¡REF!|¡DIV/0!|¡VALOR!|¿NOMBRE\?|¡NUM!|¡NULO!|¡DESBORDAMIENTO!|¡CALC!)`,
  // These are from LibreOffice.
  String.raw`Err:\d{3}`,
];
const ERROR_CELL = new RegExp(`^(?:${ERROR_CELLS.join('|')})$`);

/** Whether a cell has an error value of a spreadsheet. */
export function isErrorCell(cell: string): boolean {
  // Nearly every cell returns here.
  if (!cell.startsWith('#') && !cell.startsWith('Err:')) return false;
  return ERROR_CELL.test(cell);
}

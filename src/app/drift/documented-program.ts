/** What the running program knows about itself, with which documentation is compared. The command line passes it in. */
export interface DocumentedProgram {
  /** The name under which the program is called. */
  readonly name: string;
  /**
   * Parses a command line as the program would, and runs nothing.
   * @param args the words after the name of the program
   * @param isWhole false for a mention in a sentence, in which required options and arguments may be missing
   * @returns why the program refuses it, as a sentence; undefined if the program accepts it
   */
  refusal(args: readonly string[], isWhole: boolean): string | undefined;
  /** The environment variable that was probably meant by a name that this program does not read. */
  variableMeantBy(name: string): string | undefined;
}

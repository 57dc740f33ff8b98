/**
 * The options of a statement that returns no rows and takes long: SQLite carries it out in a thread of its driver. The thread that
 * asks goes on meanwhile. Its bindings are numbers, texts and bytes.
 */
export const IN_BACKGROUND = { background: true } as const;

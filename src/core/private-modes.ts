/**
 * The modes of everything that the program creates: documents, the state and the signing secret in it are for their owner
 * alone, whatever the umask of the process is. Windows has no such modes and ignores them.
 */
export const PRIVATE_FOLDER_MODE = 0o700;
export const PRIVATE_FILE_MODE = 0o600;

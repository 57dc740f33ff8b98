/**
 * The modes of all files and folders that the program creates: only their owner may read the documents, the state and the signing
 * secret in them, whatever the umask of the process is. Windows has no such modes and ignores them.
 */
export const PRIVATE_FOLDER_MODE = 0o700;
export const PRIVATE_FILE_MODE = 0o600;

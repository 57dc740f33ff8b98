/** Limits of artifacts. */

/** Bytes per read of an artifact. */
export const ARTIFACT_READ_BYTES = 262_144;

/** One part of an artifact's name; file systems allow 255 bytes, and a temporary name needs some of them. */
export const ARTIFACT_NAME_PART_BYTES_MAX = 200;

/**
 * Bytes of one request of an upload to Cloud Storage, a multiple of 256 KiB as it asks. A writer holds two of them: one
 * fills while the other is sent. Measured at 50 ms from the server: 4 MiB 63 MB/s, 8 MiB 82 MB/s, 16 MiB 111 MB/s.
 */
export const GCS_CHUNK_BYTES = 8 * 1_048_576;
/** Bytes of an object that one request reads, and that are held in memory while they are used. */
export const GCS_READ_BYTES = 4 * 1_048_576;
/** One request to Cloud Storage. The longest transfers 8 MiB, which takes 67 s at 1 Mbit/s. */
export const GCS_REQUEST_SECONDS_MAX = 120;
/**
 * A download without data for this long is aborted and resumed, long before its time is over.
 */
export const GCS_READ_IDLE_SECONDS_MAX = 20;
/** Objects deleted at the same time when a folder is cleared. */
export const GCS_DELETES_AT_ONCE = 16;

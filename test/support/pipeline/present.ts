/** The time of a stand-in database, as `2024-01-02 03:04:05.678000`. */
export function presentInUtc(): string {
  return `${new Date().toISOString().slice(0, -1).replace('T', ' ')}000`;
}

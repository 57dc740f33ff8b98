/**
 * Whether a secret's value is a connection string with a password. Such a value belongs to a database, so it is never sent as a
 * token: otherwise a connector could name the secret of another one and have its password sent to a server of its choice.
 */
export function isConnectionString(value: string): boolean {
  return /^\s*[a-z][a-z0-9+.-]*:\/\/.*(?:@|[?&]password=)/is.test(value);
}

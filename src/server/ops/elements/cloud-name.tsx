const CONSOLE = 'https://console.cloud.google.com';
const OBJECT = /^gs:\/\/([^/]+)\/?(.*)$/s;
/**
 * Matches a data store, with or without its collection, and a resource below it, such as an operation. A target can end in
 * `#` and a form.
 */
const DATA_STORE =
  /^projects\/([^/#]+)\/locations\/([^/#]+)\/(?:collections\/[^/#]+\/)?dataStores\/([^/#]+)(\/[^#]*)?(?:#.*)?$/s;

/**
 * The Google Cloud console page for a `gs://` URI, a data store, or an operation of a data store, given its full name;
 * undefined for any other name. An operation has no page of its own, so its link leads to the activity of its data store.
 */
export function consoleLink(name: string): string | undefined {
  const [, bucket, path = ''] = OBJECT.exec(name) ?? [];
  if (bucket !== undefined) {
    const isObject = path !== '' && !path.endsWith('/');
    const place = [bucket, ...path.split('/')].filter((part) => part !== '').map(encodeURIComponent);
    return `${CONSOLE}/storage/browser/${isObject ? '_details/' : ''}${place.join('/')}`;
  }
  const [, project, location, dataStore, below] = DATA_STORE.exec(name) ?? [];
  if (project === undefined || location === undefined || dataStore === undefined) return undefined;
  const [place, id] = [encodeURIComponent(location), encodeURIComponent(dataStore)];
  const tab = below === undefined ? 'documents' : 'activity';
  return `${CONSOLE}/gen-app-builder/locations/${place}/collections/default_collection/data-stores/${id}/data/${tab}?project=${encodeURIComponent(project)}`;
}

/** The name of a Google Cloud resource, linked to its page in the Google Cloud console. */
export function CloudName({ name }: { readonly name: string }) {
  const href = consoleLink(name);
  if (href === undefined) return <code>{name}</code>;
  return (
    <a href={href} rel="noreferrer" title="Open in the Google Cloud console">
      <code>{name}</code>
    </a>
  );
}

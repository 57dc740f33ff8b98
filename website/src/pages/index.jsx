import { Redirect } from '@docusaurus/router';
import useBaseUrl from '@docusaurus/useBaseUrl';

/** The documentation starts at /docs/, so that the addresses of pages are their paths in the repository. */
export default function Start() {
  return <Redirect to={useBaseUrl('/docs/')} />;
}

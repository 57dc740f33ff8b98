import { useEffect, useRef, useState } from 'react';
import Layout from '@theme/Layout';
import { useColorMode } from '@docusaurus/theme-common';
import useBaseUrl from '@docusaurus/useBaseUrl';
import { redocOptions } from '../../redoc/options.js';

const loaded = new Map();

/** Loads a script once for all visits of the page. */
function load(url) {
  const promise =
    loaded.get(url) ??
    new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement('script'), { src: url, onload: resolve });
      script.onerror = () => reject(new Error(`Cannot load ${url}.`));
      document.head.append(script);
    });
  loaded.set(url, promise);
  return promise;
}

function Reference() {
  const { colorMode } = useColorMode();
  const element = useRef(null);
  const [failure, setFailure] = useState('');
  const script = useBaseUrl('/redoc.standalone.js');
  const document = useBaseUrl('/openapi.json');

  useEffect(() => {
    // Redoc keeps its root in the element, so each colour mode gets an element of its own.
    const place = window.document.createElement('div');
    element.current.replaceChildren(place);
    load(script)
      .then(() => window.Redoc.init(document, redocOptions(colorMode), place))
      .catch(({ message }) => setFailure(message));
  }, [colorMode, document, script]);

  return (
    <>
      <div ref={element} className="api-reference">
        <p>
          The reference is drawn by a script from the <a href={document}>OpenAPI document</a>.
        </p>
      </div>
      {failure === '' ? null : <p role="alert">{failure}</p>}
    </>
  );
}

export default function ApiReference() {
  return (
    <Layout
      title="API reference"
      description="Every route of the server, from its OpenAPI document."
      noFooter
    >
      <Reference />
    </Layout>
  );
}

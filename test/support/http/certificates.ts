import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

/** Texts in PEM format: an authority of its own, and a server's certificate that it signed. */
export interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** When the certificate of the server begins and ends, in hours from now. */
interface ValidHours {
  readonly from: number;
  readonly to: number;
}

/** Certificates for a server at 127.0.0.1 and these names, fresh and valid for a day, so that no key is ever committed. */
export function createCertificates(
  names: readonly string[] = ['localhost'],
  validHours: ValidHours = { from: -1, to: 24 },
): Certificates {
  const authority = keyPair();
  const server = keyPair();
  const authorityName = [{ name: 'commonName', value: 'Test authority' }];
  const authorityCertificate = sign(authority.publicKey, authorityName, authority.privateKey, authorityName, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  const serverName = [{ name: 'commonName', value: 'Test server' }];
  const extensions = [
    { name: 'basicConstraints', cA: false },
    { name: 'extKeyUsage', serverAuth: true },
    {
      name: 'subjectAltName',
      altNames: [...names.map((value) => ({ type: 2, value })), { type: 7, ip: '127.0.0.1' }],
    },
  ];
  const serverCertificate = sign(
    server.publicKey,
    serverName,
    authority.privateKey,
    authorityName,
    extensions,
    validHours,
  );
  return {
    authority: authorityCertificate,
    certificate: serverCertificate,
    key: forge.pki.privateKeyToPem(server.privateKey),
  };
}

/** Made by Node, which takes a tenth of a second; forge's own key generator takes seconds. */
function keyPair(): forge.pki.rsa.KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  return {
    publicKey: forge.pki.publicKeyFromPem(publicKey),
    privateKey: forge.pki.privateKeyFromPem(privateKey),
  };
}

function sign(
  key: forge.pki.rsa.PublicKey,
  subject: forge.pki.CertificateField[],
  issuerKey: forge.pki.rsa.PrivateKey,
  issuer: forge.pki.CertificateField[],
  extensions: object[],
  { from, to }: ValidHours = { from: -1, to: 24 },
): string {
  const hour = 3_600_000;
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = key;
  certificate.serialNumber = `01${forge.util.bytesToHex(forge.random.getBytesSync(8))}`;
  certificate.validity.notBefore = new Date(Date.now() + from * hour);
  certificate.validity.notAfter = new Date(Date.now() + to * hour);
  certificate.setSubject(subject);
  certificate.setIssuer(issuer);
  certificate.setExtensions(extensions);
  certificate.sign(issuerKey, forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
}

/** The meaning of a failed TLS handshake. */
export type TlsFault =
  | 'expired'
  | 'not yet valid'
  | 'revoked'
  | 'other name'
  /** The certificate is not trusted. This includes an authority that has the name of a trusted one, but another key. */
  | 'untrusted'
  /** The purpose or the chain of the certificate does not allow its use here. */
  | 'unusable'
  /** The server requires a client certificate and got none. */
  | 'client certificate required'
  /** The server does not accept the client certificate. */
  | 'client certificate refused'
  /** A certificate or key file of this machine cannot be used. */
  | 'unusable file'
  /** The two sides did not agree on a protocol or a cipher, or the server does not use TLS at all. */
  | 'handshake';

/** What to do about certificates, worded for one kind of server. */
export interface TlsHints {
  /** The certificate is not trusted. */
  readonly untrusted: string;
  /** The certificate belongs to another host name. */
  readonly otherName: string;
  /** The fields that name a client certificate and its key, as a complete sentence. */
  readonly client: string;
  /** The fields that name certificate and key files, as a complete sentence; undefined if there are none. */
  readonly files?: string;
}

/** The faults by the code that Node or OpenSSL reports; the first match counts. */
const BY_CODE: readonly (readonly [codes: RegExp, fault: TlsFault])[] = [
  [/ALERT_CERTIFICATE_REQUIRED|PEER_DID_NOT_RETURN_A_CERTIFICATE/, 'client certificate required'],
  [
    /ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN)|UNKNOWN_CA|ACCESS_DENIED)/,
    'client certificate refused',
  ],
  [/^(?:CERT|CRL)_HAS_EXPIRED$/, 'expired'],
  [/^(?:CERT|CRL)_NOT_YET_VALID$/, 'not yet valid'],
  [/^CERT_REVOKED$/, 'revoked'],
  [/^(?:ERR_TLS_CERT_ALTNAME_|HOSTNAME_MISMATCH)/, 'other name'],
  [
    /^(?:SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_(?:GET|VERIFY)|CERT_UNTRUSTED$|CERT_SIGNATURE_FAILURE$)/,
    'untrusted',
  ],
  [
    /^(?:CERT_|CRL_|UNABLE_TO_DEC|ERROR_IN_C|INVALID_(?:CA|PURPOSE)$|PATH_LENGTH_EXCEEDED$|ERR_TLS_CERT)/,
    'unusable',
  ],
  // OpenSSL could not read a local file. The codes of handshake errors begin with ERR_SSL instead.
  [/^ERR_OSSL/, 'unusable file'],
  [/^(?:ERR_TLS|ERR_SSL|EPROTO)/, 'handshake'],
];

/** The faults by the message of OpenSSL, for drivers that replace the code with their own. */
const BY_WORDS: readonly (readonly [words: RegExp, fault: TlsFault])[] = [
  [/alert certificate required|peer did not return a certificate/i, 'client certificate required'],
  [
    /alert (?:bad certificate|unsupported certificate|certificate (?:revoked|expired|unknown)|unknown ca|access denied)/i,
    'client certificate refused',
  ],
  [/certificate has expired/i, 'expired'],
  [/certificate is not yet valid/i, 'not yet valid'],
  [/certificate revoked/i, 'revoked'],
  [/does not match certificate|hostname mismatch/i, 'other name'],
  [/self[- ]signed certificate|unable to (?:get|verify)|certificate signature failure/i, 'untrusted'],
  [
    /wrong version number|packet length too long|unsupported protocol|no shared cipher|alert (?:handshake failure|protocol version)/i,
    'handshake',
  ],
];

/** The TLS fault that the code of an error describes; undefined for other errors. */
export function tlsFaultOfCode(code: string): TlsFault | undefined {
  return BY_CODE.find(([codes]) => codes.test(code))?.[1];
}

/** The TLS fault that the message of an error describes; undefined for other errors. */
export function tlsFaultOfWords(message: string): TlsFault | undefined {
  return BY_WORDS.find(([words]) => words.test(message))?.[1];
}

/** The instruction for a TLS fault. */
export function tlsHint(fault: TlsFault, { untrusted, otherName, client, files }: TlsHints): string {
  switch (fault) {
    case 'expired':
      return 'The certificate of the server has expired: let its owner renew it, or correct the clock of this machine if that is wrong.';
    case 'not yet valid':
      return 'The certificate of the server is not valid yet: correct the clock of this machine, or let the owner of the server replace the certificate.';
    case 'revoked':
      return 'The certificate of the server was revoked: let its owner replace it.';
    case 'unusable':
      return 'The certificate of the server, or one that it depends on, cannot be used: let its owner replace it.';
    case 'other name':
      return otherName;
    case 'untrusted':
      return untrusted;
    case 'client certificate required':
      return `The server wants a client certificate. ${client}`;
    case 'client certificate refused':
      return `The server refuses the client certificate: check that it is valid and that the server trusts its authority. ${client}`;
    case 'unusable file':
      return `A file with a certificate or a key cannot be used: it must be PEM, and the key must belong to the certificate. ${files ?? client}`;
    case 'handshake':
      return `Check that the server speaks TLS 1.2 or newer on this port. If it wants a client certificate: ${client}`;
  }
}

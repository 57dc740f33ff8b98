/** What a failed TLS handshake means. */
export type TlsFault =
  | 'expired'
  | 'not yet valid'
  | 'revoked'
  | 'other name'
  /** Also where the authority that is trusted has the name of the one that signed, and another key. */
  | 'untrusted'
  /** Its purpose or chain does not allow what it is shown for. */
  | 'unusable'
  /** The server wants a client certificate and got none. */
  | 'client certificate required'
  /** The server does not accept the client certificate. */
  | 'client certificate refused'
  /** A file with a certificate or a key of this machine cannot be used. */
  | 'unusable file'
  /** No agreement on a protocol or a cipher, or no TLS at all. */
  | 'handshake';

/** What to do about certificates, in the words of one kind of server. */
export interface TlsHints {
  /** The certificate is not trusted. */
  readonly untrusted: string;
  /** It is one of another host name. */
  readonly otherName: string;
  /** The fields that name a client certificate and its key; a whole sentence. */
  readonly client: string;
  /** The fields that name files with certificates and keys; a whole sentence. Undefined where there are none. */
  readonly files?: string;
}

/** By the code that Node or OpenSSL gives; the first that fits counts. */
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
  // OpenSSL read no file of a server: the code of what it says in a handshake begins with ERR_SSL.
  [/^ERR_OSSL/, 'unusable file'],
  [/^(?:ERR_TLS|ERR_SSL|EPROTO)/, 'handshake'],
];

/** By the words of OpenSSL, for drivers that give an error a code of their own. */
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

/** What the code of an error says about TLS; undefined for other errors. */
export function tlsFaultOfCode(code: string): TlsFault | undefined {
  return BY_CODE.find(([codes]) => codes.test(code))?.[1];
}

/** What the message of an error says about TLS; undefined for other errors. */
export function tlsFaultOfWords(message: string): TlsFault | undefined {
  return BY_WORDS.find(([words]) => words.test(message))?.[1];
}

/** What to do about it. */
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

const TLS_CODES = /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT_|ERR_TLS|ERR_SSL|EPROTO|ERR_OSSL)/;

/** Whether the code of an error of Node's says that TLS failed: an untrusted certificate, another name, no common cipher. */
export function isTlsFailure(code: string): boolean {
  return TLS_CODES.test(code);
}

import { BridgeError } from '../../../core/errors.ts';
import {
  MANAGED_SECRET_BINDINGS_MAX,
  MANAGED_SECRET_BYTES_MAX,
  MANAGED_SECRET_NAME_CHARACTERS_MAX,
  MANAGED_SECRET_NOTE_CHARACTERS_MAX,
} from '../../../core/limits.ts';
import { isConnectorName } from '../../../definitions/connector/connector-name.ts';
import { isHostPattern } from '../../../policy/host-pattern.ts';
import type { SecretOrder } from './managed-secret-service.ts';

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/**
 * Checks everything of an order that is stored. No message contains the value or a part of it.
 * @returns the order without repeated hosts and connectors
 * @throws BridgeError SECRET_VALUE_INVALID
 */
export function checkedOrder(order: SecretOrder): SecretOrder {
  const { name, value, note } = order;
  if (name.length > MANAGED_SECRET_NAME_CHARACTERS_MAX || !NAME.test(name)) {
    throw invalid(
      `The name of a secret must have 1 to ${MANAGED_SECRET_NAME_CHARACTERS_MAX} letters, digits, dots, dashes or underscores.`,
      'Use the name that secretRef of the connector has.',
    );
  }
  if (value !== undefined) requireUsable(name, value);
  if (note.length > MANAGED_SECRET_NOTE_CHARACTERS_MAX || /[\p{C}\p{Zl}\p{Zp}]/u.test(note)) {
    throw invalid(
      `The note of ${name} must have at most ${MANAGED_SECRET_NOTE_CHARACTERS_MAX} printable characters on one line.`,
      'Shorten the note, and remove line breaks from it.',
    );
  }
  const allowedHosts = bindings(
    order.allowedHosts.map((host) => host.toLowerCase()),
    {
      of: `host of ${name}`,
      // A pattern of every host would let the author of a draft send the value anywhere in a test.
      isValid: (host) => isHostPattern(host) && !/^\*(:|$)/.test(host),
      hint: 'Write a host as in api.example.com, db.example.com:5432 or *.example.com. An empty list allows every host in runs.',
    },
  );
  const allowedConnectors = bindings(order.allowedConnectors, {
    of: `connector of ${name}`,
    isValid: isConnectorName,
    hint: 'Write the name of a connector as in its metadata.name.',
  });
  return { ...order, allowedHosts, allowedConnectors };
}

function requireUsable(name: string, value: string): void {
  const fault = faultOf(value);
  if (fault === undefined) return;
  throw invalid(`The value of ${name} ${fault.what}. Nothing was stored.`, fault.hint);
}

function faultOf(value: string): { readonly what: string; readonly hint: string } | undefined {
  if (value === '') return { what: 'is empty', hint: 'Enter the value of the secret.' };
  const bytes = Buffer.byteLength(value);
  if (bytes > MANAGED_SECRET_BYTES_MAX) {
    return {
      what: `has ${bytes} bytes, more than ${MANAGED_SECRET_BYTES_MAX}`,
      hint: 'Store only the secret itself, without files around it.',
    };
  }
  if (/\0|\p{Cs}/u.test(value)) {
    return {
      what: 'contains a NUL character or is not valid Unicode',
      hint: 'Check that the value is text; encode binary values, for example with base64.',
    };
  }
  if (value.trim() !== value) {
    return {
      what: 'begins or ends with a blank or a line break',
      hint: 'Remove the blanks around the value. They usually come from copying.',
    };
  }
  return undefined;
}

function bindings(
  texts: readonly string[],
  { of, isValid, hint }: { of: string; isValid: (text: string) => boolean; hint: string },
): readonly string[] {
  const wrong = texts.findIndex((text) => !isValid(text));
  if (wrong !== -1) throw invalid(`An allowed ${of} is not valid: ${JSON.stringify(texts[wrong])}.`, hint);
  const unique = [...new Set(texts)].sort();
  if (unique.length <= MANAGED_SECRET_BINDINGS_MAX) return unique;
  throw invalid(
    `A secret may have at most ${MANAGED_SECRET_BINDINGS_MAX} entries as allowed ${of}, and ${unique.length} were given.`,
    'Use a pattern such as *.example.com, or several secrets.',
  );
}

function invalid(message: string, hint: string): BridgeError {
  return new BridgeError('SECRET_VALUE_INVALID', message, { hint });
}

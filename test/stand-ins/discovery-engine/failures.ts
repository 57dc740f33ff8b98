import type { JsonObject } from '../../support/files/json.ts';
import { ApiError, type Status } from './api-error.ts';
import type { Settings } from './options.ts';

/** Which document failed, as far as it can be told. */
export interface FailedDocument {
  /** `gs://bucket/file:LINE`; undefined for an inline one. */
  readonly place: string | undefined;
  /** Its full resource name; undefined if it has no id. */
  readonly name: string | undefined;
}

/** The documents that one operation could not take: counted, sampled, and written under `errorConfig.gcsPrefix`. */
export class Failures {
  count = 0;
  readonly samples: Status[] = [];
  readonly #settings: Settings;
  readonly #prefix: string | undefined;
  #shard: string[] = [];
  #shards = 0;

  private constructor(settings: Settings, prefix: string | undefined) {
    this.#settings = settings;
    this.#prefix = prefix;
  }

  /** @throws ApiError if there are objects under the prefix: it must be an empty folder */
  static async under(settings: Settings, gcsPrefix: string | undefined): Promise<Failures> {
    if (gcsPrefix === undefined) return new Failures(settings, undefined);
    const folder = gcsPrefix.endsWith('/') ? gcsPrefix : `${gcsPrefix}/`;
    // An object that is named like the folder is how consoles make an empty one.
    const others = (await settings.storage.list(folder)).filter((uri) => uri !== folder);
    if (others.length > 0) {
      throw new ApiError('INVALID_ARGUMENT', `errorConfig.gcsPrefix ${gcsPrefix} is not empty.`);
    }
    return new Failures(settings, folder);
  }

  async add(message: string, document: FailedDocument): Promise<void> {
    const status = this.#statusOf(message, document);
    this.count += 1;
    if (this.samples.length < this.#settings.errorSamples) this.samples.push(status);
    if (this.#prefix === undefined) return;
    this.#shard.push(`${JSON.stringify(status)}\n`);
    if (this.#shard.length >= this.#settings.errorsPerShard) await this.close();
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    if (this.#prefix === undefined || this.#shard.length === 0) return;
    const uri = `${this.#prefix}errors-${String(this.#shards).padStart(5, '0')}.jsonl`;
    this.#shards += 1;
    await this.#settings.storage.write(uri, Buffer.from(this.#shard.join('')));
    this.#shard = [];
  }

  #statusOf(message: string, { place, name }: FailedDocument): Status {
    const { errorForm } = this.#settings;
    const resourceName = errorForm === 'line' ? (place ?? name) : name;
    if (errorForm === 'anonymous' || resourceName === undefined) return { code: 3, message };
    const resource: JsonObject = {
      '@type': 'type.googleapis.com/google.rpc.ResourceInfo',
      resourceType: 'discoveryengine.googleapis.com/Document',
      resourceName,
    };
    return { code: 3, message, details: [resource] };
  }
}

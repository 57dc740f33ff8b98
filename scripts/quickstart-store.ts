import { count } from '../src/cli/style.ts';
import { aclOf, contentConfigOf, type Connector } from '../src/connector/types.ts';
import { startGoogleStandIn } from '../test/stand-ins/google.ts';
import { isJsonObject, listAt, textAt } from '../test/support/json.ts';

/** A document as far as the quickstart shows it. */
interface ShownDocument {
  readonly title: string;
  readonly office: string;
}

type Snapshot = ReadonlyMap<string, ShownDocument>;

/** The bucket and the data store of a connector on this machine, and lines about what is in them. */
export interface QuickstartStore {
  /** The variables that send a run here. */
  readonly env: Readonly<Record<string, string>>;
  /** What listens where. */
  places(): string[];
  /** How many documents there are, and what one of them is. */
  documentLines(): string[];
  /** What several people's searches may find. */
  readerLines(): string[];
  /** What there is now, to be compared with later. */
  snapshot(): Snapshot;
  /** What is different from then. */
  changeLines(before: Snapshot): string[];
  /** @throws Error if a request or a document was not as Google's descriptors have it. */
  requireFaultless(): void;
  close(): Promise<void>;
}

/** @param folder where the bucket's objects are kept */
export async function startQuickstartStore(
  { spec }: Connector,
  folder: string,
): Promise<QuickstartStore> {
  const { projectId, location, dataStoreId } = spec.gemini;
  const place = { project: projectId, location, id: dataStoreId };
  const rules = { aclEnabled: aclOf(spec) === 'required', contentConfig: contentConfigOf(spec) };
  const bucket = spec.output.bucket.replace(/^gs:\/\/|\/$/g, '');
  const google = await startGoogleStandIn({
    buckets: [bucket],
    folder,
    dataStores: [{ ...place, ...rules }],
    // Waiting for minutes, as for Google, would show nothing.
    synchronous: true,
  });
  const { engine, gcs, env } = google;
  const snapshot = (): Snapshot => {
    const documents = [...engine.documents(place).values()];
    return new Map(
      documents.map(({ id, data = {} }) => {
        const office = isJsonObject(data['metadata']) ? textAt(data['metadata'], 'office') : undefined;
        return [id, { title: textAt(data, 'title') ?? '', office: office ?? '' }];
      }),
    );
  };
  return {
    env,
    places: () => [
      `Cloud Storage (stand-in) at ${gcs.url.replace('http://', '')}`,
      `  bucket ${bucket}`,
      `Discovery Engine (stand-in) at ${engine.url.replace('http://', '')}`,
      `  data store ${dataStoreId} of ${projectId}, with access control`,
    ],
    documentLines() {
      const documents = engine.documents(place);
      const [shown] = documents.values();
      const { users, groups } = principalsOf(shown?.readers ?? []);
      return [
        `${count(documents.size)} documents. One of them:`,
        '',
        ...table([
          ['id', shown?.id],
          ['title', textAt(shown?.data ?? {}, 'title')],
          ['uri', textAt(shown?.data ?? {}, 'uri')],
          ...groups.map((name, index) => [index === 0 ? 'groups' : '', name]),
          ...users.map((name, index) => [index === 0 ? 'users' : '', name]),
        ]),
      ];
    },
    readerLines: () => [],
    snapshot,
    changeLines: (before) => changesBetween(before, snapshot()),
    requireFaultless() {
      const [violation] = engine.violations;
      if (violation !== undefined) throw new Error(`Google would not have taken this: ${violation}`);
    },
    close: () => google.close(),
  };
}

import { anOrder, ADA, githubSettings, openProposalPlace } from './proposal-place.ts';

/** Proposes one change, as a server does, until it is killed. Arguments: the folder of the state, and the place as JSON. */
const [, , folder = '', place = ''] = process.argv;
const opened = await openProposalPlace(
  folder,
  githubSettings(JSON.parse(place) as Parameters<typeof githubSettings>[0]),
);
await opened.proposals.propose(anOrder(), ADA, new AbortController().signal);
await opened.close();

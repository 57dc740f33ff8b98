import type { BrokenFile } from '../../../app/ops/model/snapshot.ts';
import { countText } from '../elements/figures.ts';
import { Mark } from '../elements/mark.tsx';

/** More boxes would push the other content off the page. `validate` prints all problems. */
const FILES_SHOWN = 20;

export interface ProblemsOfFile {
  readonly file: string;
  /** The problems of the file in file order; there is at least one. */
  readonly problems: readonly [BrokenFile, ...BrokenFile[]];
}

/** Groups the problems by file and keeps the order in which the files first appear. */
export function byFile(problems: readonly BrokenFile[]): readonly ProblemsOfFile[] {
  const files = new Map<string, [BrokenFile, ...BrokenFile[]]>();
  for (const problem of problems) {
    const known = files.get(problem.file);
    if (known === undefined) files.set(problem.file, [problem]);
    else known.push(problem);
  }
  return [...files].map(([file, found]) => ({ file, problems: found }));
}

/** A folder that cannot be read is reported under its own name. */
export function isFolder({ file }: Pick<BrokenFile, 'file'>): boolean {
  return !/\.ya?ml$/.test(file);
}

/** The items in the list of what needs attention: one per file. */
export function BrokenFiles({ files }: { readonly files: readonly ProblemsOfFile[] }) {
  const more = files.length - FILES_SHOWN;
  return (
    <>
      {files.slice(0, FILES_SHOWN).map(({ file, problems }) => (
        <li class="need tone-bad" key={file} data-key={`file ${file}`}>
          <BrokenFileNeed file={file} problems={problems} />
        </li>
      ))}
      {more > 0 && (
        <li class="need tone-bad" data-key="more files">
          <p>
            {countText(more)} more files are broken. <code>gemini-sync-bridge validate</code> prints all of
            them.
          </p>
        </li>
      )}
    </>
  );
}

function BrokenFileNeed({ file, problems }: ProblemsOfFile) {
  const [first, ...rest] = problems;
  return (
    <>
      <h3>
        <Mark meaning={{ word: 'Broken file', tone: 'bad' }} />{' '}
        <span class="name">
          {file}:{first.line}
        </span>{' '}
        <span class="quiet">its connector cannot run</span>
      </h3>
      <ProblemText {...first} />
      {rest.length > 0 && (
        <details id={`more-${encodeURIComponent(file)}`}>
          <summary>
            and {countText(rest.length)} more {rest.length === 1 ? 'problem' : 'problems'} in this file
          </summary>
          <ul class="problems">
            {rest.map((problem) => (
              <li key={`${problem.line}:${problem.path}:${problem.message}`}>
                <p class="quiet">line {problem.line}</p>
                <ProblemText {...problem} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function ProblemText({ path, message, fix }: BrokenFile) {
  return (
    <>
      <p>
        {path !== '' && !message.includes(path) && <code>{path}: </code>}
        {message}
      </p>
      <p class="fix">Write: {fix}</p>
    </>
  );
}

export function FolderNeed({ file, message }: Pick<BrokenFile, 'file' | 'message'>) {
  return (
    <>
      <h3>
        <Mark meaning={{ word: 'No folder', tone: 'bad' }} /> <span class="name">{file}</span>
      </h3>
      <p>The folder of connectors cannot be read. {message}</p>
      <p class="fix">
        Start the server where the folder is, or set <code>CONNECTORS_DIR</code> to its path.
      </p>
    </>
  );
}

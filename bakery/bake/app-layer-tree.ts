import { byteOrderKey } from '../artifact/tree.ts';
import type { FileTree, TreeEntry } from '../artifact/tree.ts';
import type { ProcessDescription } from '../model.ts';

const DIRECTORY = '.kiln';
const PROCESS_FILE = `${DIRECTORY}/process`;

/** The artifact's files and, beside them, `.kiln/process`, which tells the machine what to start. */
export function appLayerTree(artifact: FileTree, process: ProcessDescription): FileTree {
  const text = Buffer.from(processText(process));
  const directory: TreeEntry = { path: DIRECTORY, kind: 'directory', executable: true, size: 0, target: '' };
  const file: TreeEntry = {
    path: PROCESS_FILE,
    kind: 'file',
    executable: false,
    size: text.length,
    target: '',
  };
  const after = artifact.entries.findIndex((entry) => byteOrderKey(entry.path) > DIRECTORY);
  const place = after < 0 ? artifact.entries.length : after;
  return {
    entries: artifact.entries.toSpliced(place, 0, directory, file),
    async *read(files) {
      const at = files.indexOf(file);
      if (at > 0) yield* artifact.read(files.slice(0, at));
      if (at >= 0) yield [[text]];
      yield* artifact.read(files.slice(at + 1));
    },
  };
}

/** The process description in the line format that the machine's init reads. */
export function processText({ argv, port }: ProcessDescription): string {
  const broken = argv.find((word) => /[\0\n]/.test(word));
  if (broken !== undefined)
    throw new TypeError(`the argument ${JSON.stringify(broken)} contains NUL or a line break`);
  return ['kiln-process 1', ...argv.map((word) => `arg ${word}`), `port ${port}`, ''].join('\n');
}

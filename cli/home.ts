import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Kiln's folder on this machine: `KILN_HOME`, else `~/.kiln`. Bases, the local cloud's state, nothing else. */
export const kilnHome = (): string => resolve(process.env['KILN_HOME'] ?? join(homedir(), '.kiln'));

/** Folder of the project: where `serverless.yml` stands. */
export const projectRoot = resolve(import.meta.dirname, '..');

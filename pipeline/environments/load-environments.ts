import { readFileSync } from 'node:fs';
import type { Environment } from './environment.ts';
import { EnvironmentsFileError, parseEnvironments } from './parse-environments.ts';

/**
 * Reads an environments file; `label` is what problems call it.
 * @throws EnvironmentsFileError with every problem that was found
 */
export const loadEnvironments = (path: string, label: string = path): readonly Environment[] => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new EnvironmentsFileError([`${label}: cannot be read: ${code}`]);
  }
  return parseEnvironments(text, label);
};

import { InvalidArgumentError } from 'commander';
import type { KilnPorts } from './check-ports.ts';

/** The local cloud's usual port, as other local clouds have it, and that of the dev environment. */
export const DEFAULT_PORTS: KilnPorts = { port: 4566, listenerPort: 8080 };

const wholeNumber = (text: string, lowest: number, highest: number): number => {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= lowest && number <= highest)) {
    throw new InvalidArgumentError(
      highest === Number.MAX_SAFE_INTEGER
        ? `Needed: a whole number, ${lowest} or more.`
        : `Needed: a whole number from ${lowest} to ${highest}.`,
    );
  }
  return number;
};

/** Reads a TCP port given as an option's value. @throws InvalidArgumentError which commander reports as wrong usage */
export const portNumber = (text: string): number => wholeNumber(text, 1, 65_535);

/** Reads a count given as an option's value. @throws InvalidArgumentError which commander reports as wrong usage */
export const count = (text: string): number => wholeNumber(text, 0, Number.MAX_SAFE_INTEGER);

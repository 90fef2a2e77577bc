import { InvalidArgumentError } from 'commander';
import type { ListenerPorts } from './listener-ports.ts';

/** The local cloud's usual port, as other local clouds have it. */
export const DEFAULT_PORT = 4566;

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

/**
 * Reads an environment's port given as `prod=8081`, and adds it to those given before.
 * @throws InvalidArgumentError which commander reports as wrong usage
 */
export const portOf = (text: string, before: ListenerPorts = {}): ListenerPorts => {
  const [name = '', port = '', ...rest] = text.split('=');
  if (name === '' || rest.length > 0)
    throw new InvalidArgumentError("Needed: an environment and its port, as 'prod=8081'.");
  return { ...before, [name]: portNumber(port) };
};

/** Reads a count given as an option's value. @throws InvalidArgumentError which commander reports as wrong usage */
export const count = (text: string): number => wholeNumber(text, 0, Number.MAX_SAFE_INTEGER);

/** Reads how many hours to look ahead, at most a year. @throws InvalidArgumentError which commander reports as wrong usage */
export const hoursAhead = (text: string): number => wholeNumber(text, 1, 8760);

/** Reads every how many minutes something comes, at most a day. @throws InvalidArgumentError which commander reports as wrong usage */
export const minutesApart = (text: string): number => wholeNumber(text, 1, 1440);

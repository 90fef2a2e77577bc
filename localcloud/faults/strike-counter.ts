import type { Occasion } from './fault-plan.ts';
import type { Chance } from './seeded-chance.ts';

/** Counts what matches a rule, and says which of them it strikes. */
export interface StrikeCounter {
  /** One more matched: is it struck? */
  strikes(): boolean;
  readonly struck: () => number;
}

/** Counts from nothing. */
export const createStrikeCounter = (occasion: Occasion, chance: Chance): StrikeCounter => {
  const { nth, every, probability, times = Infinity } = occasion;
  let seen = 0;
  let struck = 0;
  const isMeant = (): boolean => {
    if (nth !== undefined) return seen === nth;
    if (every !== undefined) return seen % every === 0;
    return probability === undefined || chance() < probability;
  };
  return {
    strikes: () => {
      seen += 1;
      if (!isMeant() || struck >= times) return false;
      struck += 1;
      return true;
    },
    struck: () => struck,
  };
};

import { upperTail } from './binomial.ts';
import { chanceOfEqual } from './chance-of-equal.ts';
import { ratioOf } from './request-counts.ts';
import type { RequestCounts } from './request-counts.ts';

/** How rare a difference must be while blue does what it always does … */
const RARE = 0.01;
/** … and while blue has trouble of its own: then a common cause is the likelier one, and looks are many. */
const RARE_IN_TROUBLE = 0.001;
/** Blue's errors are this rare at the baseline: something is wrong with it too. */
const TROUBLE = 0.05;

/** What concurrent blue says about green's errors. */
export interface Comparison {
  /** Green fails more often than blue, and not by chance. */
  readonly isWorse: boolean;
  /** Blue has more errors than the baseline explains. */
  readonly blueInTrouble: boolean;
  /** Blue fails as often as must be caught in green: nothing can be learned from green's errors. */
  readonly blueFails: boolean;
}

/**
 * Compares green's errors with blue's. Blue's ratio is not taken as a number to test against: it is itself an estimate, a
 * poor one when most traffic goes to green already, and an outage of something that both need would then look like green's
 * fault. Without blue, as for an app's first release, the baseline alone counts.
 */
export const compareWithBlue = (
  green: RequestCounts,
  blue: RequestCounts | undefined,
  ratios: { readonly baseline: number; readonly detect: number },
): Comparison => {
  if (blue === undefined) return { isWorse: true, blueInTrouble: false, blueFails: false };
  const blueInTrouble = upperTail(blue.requests, blue.errors, ratios.baseline) <= TROUBLE;
  return {
    isWorse: chanceOfEqual(green, blue) <= (blueInTrouble ? RARE_IN_TROUBLE : RARE),
    blueInTrouble,
    blueFails: blueInTrouble && ratioOf(blue) >= ratios.detect,
  };
};

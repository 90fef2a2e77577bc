import { groupsWithTraffic, healthyOf } from './capacity.ts';
import type { StateEntry } from './history.ts';
import type { Invariant, Look } from './invariant.ts';
import { fine, unless } from './invariant.ts';
import { createLosses } from './losses.ts';
import type { World } from './world.ts';
import { placeKey } from './world.ts';

type Weights = Readonly<Record<string, number>>;

const total = (weights: Weights): number => Object.values(weights).reduce((sum, weight) => sum + weight, 0);

/**
 * I2: a group whose weight is raised has healthy machines for its share of the whole, as far as the balancer can know. The
 * group that had all of the traffic before may take it back with the machines that others, or chaos, left it.
 */
export const raisedOnHealthy: Invariant = {
  id: 'I2',
  begin: (): Look => {
    const losses = createLosses();
    const hadAll = new Map<string, string>();
    const excusedOf = (name: string, place: string, now: number): number => {
      const isBack = hadAll.get(place) === name;
      return isBack ? losses.of(name).unreplaced : losses.unnoticed(name, now);
    };
    const check = (entry: StateEntry & { fact: 'weights.set' }, before: World): readonly string[] => {
      const place = before.places.get(placeKey(entry));
      const old = place?.weights ?? {};
      const served = place === undefined ? [] : groupsWithTraffic(before, place);
      const sum = total(entry.weights);
      return Object.entries(entry.weights).flatMap(([name, weight]) => {
        if (weight / sum <= (old[name] ?? 0) / (total(old) || 1)) return [];
        const group = before.groups.get(name);
        const asked = Math.max(group?.asked ?? 0, ...served.map((each) => each.asked));
        const share = Math.ceil((asked * weight) / sum);
        const needed = Math.max(1, share - excusedOf(name, placeKey(entry), entry.t));
        const healthy = healthyOf(before, group);
        return unless(
          healthy >= needed,
          () => `'${name}' got weight ${weight} of ${sum} with ${healthy} healthy machines, needs ${needed}`,
        );
      });
    };
    return (entry, before) => {
      losses.look(entry, before);
      switch (entry.fact) {
        case 'machine.unhealthy':
        case 'machine.deregistered':
        case 'machine.terminated': {
          const machine = before.machines.get(entry.machine);
          // I1 says whether chaos was allowed to.
          if (machine?.serving === true && (entry.cause === 'external' || entry.cause === 'chaos'))
            losses.lose(entry, machine.group, entry.cause);
          return fine;
        }
        case 'weights.set': {
          const wrong = entry.cause === 'external' ? fine : check(entry, before);
          const [only, ...others] = Object.entries(entry.weights).filter(([, weight]) => weight > 0);
          if (only !== undefined && others.length === 0) hadAll.set(placeKey(entry), only[0]);
          return wrong;
        }
        default:
          return fine;
      }
    };
  },
};

const isSame = (left: Weights, right: Weights): boolean =>
  [...new Set([...Object.keys(left), ...Object.keys(right)])].every(
    (name) => (left[name] ?? 0) === (right[name] ?? 0),
  );

// Quotas of an Application Load Balancer: five target groups in a rule, weights of 0 to 999.
const mostGroups = 5;
const largestWeight = 999;

const badWeights = (weights: Weights): readonly string[] => [
  ...Object.entries(weights).flatMap(([name, weight]) =>
    unless(
      Number.isInteger(weight) && weight >= 0 && weight <= largestWeight,
      () => `'${name}' got weight ${weight}, allowed are whole numbers from 0 to ${largestWeight}`,
    ),
  ),
  ...unless(total(weights) > 0, () => `no group has weight: ${JSON.stringify(weights)}`),
  ...unless(
    Object.keys(weights).length <= mostGroups,
    () => `${Object.keys(weights).length} groups in one rule, allowed are ${mostGroups}`,
  ),
];

/** I3: weights are what the balancer takes, and are read back before the next step. */
export const weightsRight: Invariant = {
  id: 'I3',
  begin: (): Look => {
    const read = new Map<string, Weights>();
    return (entry, before) => {
      switch (entry.fact) {
        case 'weights.set':
          read.delete(placeKey(entry));
          return badWeights(entry.weights);
        case 'weights.read':
          read.set(placeKey(entry), entry.weights);
          return fine;
        case 'rollout.step': {
          const set = before.places.get(placeKey(entry))?.weights;
          const seen = read.get(placeKey(entry));
          return unless(
            set === undefined || Object.keys(set).length === 0 || (seen !== undefined && isSame(set, seen)),
            () =>
              `step ${entry.step} of '${entry.execution}' begins though the balancer has ${JSON.stringify(seen)}, not ${JSON.stringify(set)}`,
          );
        }
        default:
          return fine;
      }
    };
  },
};

/** Plans recycling for one fleet in a process of its own, and prints what it took as JSON: `plan-large-fleet.ts <machines> <groups> <environments>`. */
import { planRecycling } from '#pipeline/recycle/plan-fleet';
import { aFleet, NOW, policiesFor } from '#test/helpers/fleet-fixtures';

const [machines = 0, groups = 0, environments = 0] = process.argv.slice(2).map(Number);
const fleet = aFleet({ machines, groups, environments, seed: 1 });
const policies = policiesFor(fleet);
const started = performance.now();
const plan = planRecycling(fleet, policies, NOW, 'bench');
const seconds = (performance.now() - started) / 1000;
const replaced = plan.replacements.reduce((sum, { retire }) => sum + retire.length, 0);
process.stdout.write(
  `${JSON.stringify({
    seconds,
    // Of the whole process, with Node and the fleet itself.
    peakMiB: process.resourceUsage().maxRSS / 1024,
    groups: plan.replacements.length,
    replaced,
    skipped: plan.skipped.length,
  })}\n`,
);

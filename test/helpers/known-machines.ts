import type { Hypervisor, Machine } from '#localcloud/hypervisor/driver';

/** A hypervisor whose machines a test can get hold of, to break one. */
export interface KnownMachines extends Hypervisor {
  /** @throws Error when no machine of that id was launched */
  machine(id: string): Machine;
}

/** The hypervisor, which remembers what it launched. */
export const knownMachines = (hypervisor: Hypervisor): KnownMachines => {
  const machines = new Map<string, Machine>();
  return {
    launch: async (spec) => {
      const machine = await hypervisor.launch(spec);
      machines.set(spec.id, machine);
      return machine;
    },
    prepare: () => hypervisor.prepare(),
    machine: (id) => {
      const found = machines.get(id);
      if (found === undefined) throw new Error(`no machine '${id}' was launched`);
      return found;
    },
  };
};

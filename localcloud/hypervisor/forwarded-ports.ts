/**
 * Reads QEMU's `info usernet`: guest port → port of this host, for forwards that listen on this host. The kernel picks
 * the host's port, so nobody can take it between choosing and listening; this table is the only place that shows it.
 */
export const parseForwardedPorts = (usernet: string): Map<number, number> => {
  const ports = new Map<number, number>();
  for (const line of usernet.split('\n')) {
    const match = /^\s*TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s+\S+\s+(\d+)\s/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) ports.set(Number(match[2]), Number(match[1]));
  }
  return ports;
};

// The limit that counts for a LAN on this node. Pure.

/** The lower of what node and LAN's configuration allow; of the node 0 stands for no limit. */
export function lowerLimit(ofNode: number, ofLan: number | undefined): number {
  const limits = [ofNode, ofLan ?? 0].filter((limit) => limit > 0);
  return limits.length === 0 ? Infinity : Math.min(...limits);
}

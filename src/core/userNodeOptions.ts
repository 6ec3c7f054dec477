/** The person's NODE_OPTIONS on their way through the host, whose own Node they must not change, to the agents. */
export const userNodeOptions = 'AGENTDOCK_NODE_OPTIONS';

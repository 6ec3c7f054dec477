/** Messages that are remembered. */
const most = 1_000;

/** What stays wrong is logged once, not at every look. */
export function sayOnce(log: (message: string) => void): (message: string) => void {
  const said = new Set<string>();
  return message => {
    if (said.size >= most) said.clear();
    if (!said.has(message)) log(message);
    said.add(message);
  };
}

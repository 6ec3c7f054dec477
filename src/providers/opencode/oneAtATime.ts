/**
 * Runs `look` when it is called for. A call while it runs makes it run once more afterwards: the look may have been too
 * early for what is to be seen now. `look` must not reject.
 */
export function oneAtATime(look: () => Promise<void>): () => void {
  let isLooking = false;
  let isWanted = false;
  const lookOn = async (): Promise<void> => {
    isLooking = true;
    while (isWanted) {
      isWanted = false;
      await look();
    }
    isLooking = false;
  };
  return () => {
    isWanted = true;
    if (!isLooking) void lookOn();
  };
}
